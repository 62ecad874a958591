import { type Cart, type CartLine, cartTotalRupiah } from "./cart.ts"
import type { Product } from "./catalogue.ts"
import { imageKey } from "./product-image.ts"

const rupiahFormat = new Intl.NumberFormat("id-ID", {
  style: "currency",
  currency: "IDR",
  maximumFractionDigits: 0,
})

/** e.g. `Rp 89.000`. */
export function rupiah(amount: number): string {
  return rupiahFormat.format(amount)
}

/** The front page: all products, with images from `imagesBaseUrl` or emblems without one. */
export function frontPage(
  products: readonly Product[],
  cart: Cart,
  stylesheet: string,
  imagesBaseUrl: string | undefined,
): string {
  const cards = products.map((product) => card(product, imagesBaseUrl)).join("\n")
  return page("QuickCart", cart, stylesheet, `<main class="grid">\n${cards}\n</main>`)
}

/**
 * The cart with its total and the button to order. The button carries a key: pressed
 * twice, it is one order.
 */
export function cartPage(
  cart: Cart,
  lines: readonly CartLine[],
  stylesheet: string,
  idempotencyKey: string,
): string {
  const rows = lines
    .map(
      ({ product, quantity, totalRupiah }) => `<tr>
  <td>${escapeHtml(product.name)}</td>
  <td class="number">${quantity} × ${rupiah(product.priceRupiah)}</td>
  <td class="number">${rupiah(totalRupiah)}</td>
  <td><form method="post" action="/cart">
    <input type="hidden" name="productId" value="${product.id}">
    <input type="hidden" name="quantity" value="-${quantity}">
    <button class="quiet">Hapus</button>
  </form></td>
</tr>`,
    )
    .join("\n")
  const body =
    rows === ""
      ? `<p>Keranjang masih kosong. <a href="/">Lihat produk</a></p>`
      : `<table>${rows}
<tr class="total"><td>Total</td><td></td><td class="number">${rupiah(cartTotalRupiah(lines))}</td><td></td></tr>
</table>
<form method="post" action="/checkout">
  <input type="hidden" name="idempotencyKey" value="${escapeHtml(idempotencyKey)}">
  <button>Pesan sekarang</button>
</form>`
  return page("Keranjang", cart, stylesheet, `<main class="sheet"><h1>Keranjang</h1>${body}</main>`)
}

/** Shown after an order was taken. */
export function thanksPage(orderId: string, totalRupiah: number, stylesheet: string): string {
  const body = `<main class="sheet"><h1>Terima kasih!</h1>
<p>Pesanan <code>${escapeHtml(orderId)}</code> senilai <b>${rupiah(totalRupiah)}</b> kami terima.</p>
<p><a href="/">Belanja lagi</a></p></main>`
  return page("Terima kasih", new Map(), stylesheet, body)
}

function card(product: Product, imagesBaseUrl: string | undefined): string {
  const picture =
    imagesBaseUrl === undefined
      ? `<div class="emblem" aria-hidden="true">${product.emblem}</div>`
      : `<img class="picture" src="${imagesBaseUrl}/${imageKey(product)}" alt="" loading="lazy">`
  return `<article>
  ${picture}
  <h2>${escapeHtml(product.name)}</h2>
  <p class="origin">${escapeHtml(product.origin)}</p>
  <p class="price">${rupiah(product.priceRupiah)}</p>
  <form method="post" action="/cart">
    <input type="hidden" name="productId" value="${product.id}">
    <button>Masukkan keranjang</button>
  </form>
</article>`
}

function page(title: string, cart: Cart, stylesheet: string, body: string): string {
  const count = [...cart.values()].reduce((sum, quantity) => sum + quantity, 0)
  return `<!doctype html>
<html lang="id">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="${stylesheet}">
</head>
<body>
<header><a class="brand" href="/">Quick<b>Cart</b></a><a href="/cart">Keranjang (${count})</a></header>
${body}
<footer>Toko contoh: pesanan di sini tidak dikirim.</footer>
</body>
</html>
`
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character)
}
