export interface Product {
  id: string
  name: string
  origin: string
  /** Rupiah have no subunit in use. */
  priceRupiah: number
  /** Drawn on the product's card. */
  emblem: string
}

/** What a shop without a database sells, and what migrations put into one. */
export const products: readonly Product[] = [
  product("kopi-gayo", "Kopi Gayo 250 g", "Takengon, Aceh", 89_000, "☕"),
  product("batik-tulis", "Batik tulis Lasem", "Rembang", 1_250_000, "🧵"),
  product("teh-melati", "Teh melati 100 g", "Slawi, Tegal", 24_500, "🍵"),
  product("kain-tenun", "Tenun ikat Sumba", "Waingapu", 875_000, "🧶"),
  product("sambal-roa", "Sambal roa", "Manado", 47_000, "🌶️"),
  product("gula-aren", "Gula aren 500 g", "Lebak, Banten", 38_000, "🍯"),
  product("keris-mini", "Keris mini", "Imogiri", 310_000, "🗡️"),
  product("cokelat-ransiki", "Cokelat Ransiki 70%", "Manokwari Selatan", 65_000, "🍫"),
]

function product(
  id: string,
  name: string,
  origin: string,
  priceRupiah: number,
  emblem: string,
): Product {
  return { id, name, origin, priceRupiah, emblem }
}
