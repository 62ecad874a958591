import { createHash } from "node:crypto"
import type { Product } from "./catalogue.ts"

/** An image as the object storage serves it. */
export interface ProductImage {
  /** Key in the images bucket. */
  key: string
  svg: string
}

/** What the picture of a product depends on. */
type Pictured = Pick<Product, "id" | "emblem">

/** The picture of a sample product: its emblem on a background of its own. */
export function productImage(product: Pictured): ProductImage {
  const hue = createHash("sha256").update(product.id).digest().readUInt16BE() % 360
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 200">
<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="hsl(${hue} 70% 90%)"/><stop offset="1" stop-color="hsl(${hue} 60% 75%)"/></linearGradient></defs>
<rect width="300" height="200" fill="url(#g)"/>
<text x="150" y="135" font-size="100" text-anchor="middle">${product.emblem}</text>
</svg>
`
  const hash = createHash("sha256").update(svg).digest("hex").slice(0, 12)
  return { key: `products/${product.id}.${hash}.svg`, svg }
}

const keys = new Map<string, string>()

/** Key of a product's image: it changes with its content, so caches may keep it for ever. */
export function imageKey(product: Pictured): string {
  const known = keys.get(product.id + product.emblem)
  if (known !== undefined) return known
  const { key } = productImage(product)
  keys.set(product.id + product.emblem, key)
  return key
}
