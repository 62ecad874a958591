create table products (
  id text primary key check (id ~ '^[a-z0-9-]{1,60}$'),
  position int not null unique,
  name text not null,
  origin text not null,
  -- Rupiah have no subunit in use.
  price_rupiah bigint not null check (price_rupiah > 0),
  -- Shown where there is no image.
  emblem text not null
);

create table orders (
  id uuid primary key,
  -- The same key is the same order, however often a client sends it.
  idempotency_key text not null unique check (length(idempotency_key) between 8 and 100),
  total_rupiah bigint not null,
  placed_at timestamptz not null default now()
);

create table order_lines (
  order_id uuid not null references orders,
  product_id text not null references products,
  quantity int not null check (quantity > 0),
  -- The price of the moment, not today's.
  price_rupiah bigint not null,
  primary key (order_id, product_id)
);

insert into products (position, id, name, origin, price_rupiah, emblem) values
  (1, 'kopi-gayo', 'Kopi Gayo 250 g', 'Takengon, Aceh', 89000, '☕'),
  (2, 'batik-tulis', 'Batik tulis Lasem', 'Rembang', 1250000, '🧵'),
  (3, 'teh-melati', 'Teh melati 100 g', 'Slawi, Tegal', 24500, '🍵'),
  (4, 'kain-tenun', 'Tenun ikat Sumba', 'Waingapu', 875000, '🧶'),
  (5, 'sambal-roa', 'Sambal roa', 'Manado', 47000, '🌶️'),
  (6, 'gula-aren', 'Gula aren 500 g', 'Lebak, Banten', 38000, '🍯'),
  (7, 'keris-mini', 'Keris mini', 'Imogiri', 310000, '🗡️'),
  (8, 'cokelat-ransiki', 'Cokelat Ransiki 70%', 'Manokwari Selatan', 65000, '🍫');
