-- What the shop's database is and who may do what in it. These roles have no password: whoever
-- logs in is a member of one, which logins.sql makes.

-- Everything in the shop belongs to the group, whichever of its logins made it.
CREATE ROLE shop_owner;
CREATE ROLE app_rw IN ROLE shop_owner;
ALTER ROLE app_rw SET role = 'shop_owner';
CREATE ROLE app_ro;
ALTER ROLE app_ro SET default_transaction_read_only = on;
CREATE ROLE monitor IN ROLE pg_monitor CONNECTION LIMIT 5;
CREATE ROLE pgbouncer_auth;
CREATE ROLE replicator REPLICATION;
CREATE ROLE rewind;
-- What pg_rewind asks for (PostgreSQL documentation, pg_rewind, Notes).
GRANT EXECUTE ON FUNCTION
  pg_ls_dir(text, boolean, boolean), pg_stat_file(text, boolean), pg_read_binary_file(text),
  pg_read_binary_file(text, bigint, bigint, boolean) TO rewind;

CREATE DATABASE shop OWNER shop_owner;
REVOKE ALL ON DATABASE shop FROM PUBLIC;
GRANT CONNECT ON DATABASE shop TO app_ro, pgbouncer_auth, monitor;

\connect shop
ALTER SCHEMA public OWNER TO shop_owner;
GRANT USAGE ON SCHEMA public TO app_ro;
ALTER DEFAULT PRIVILEGES FOR ROLE shop_owner IN SCHEMA public GRANT SELECT ON TABLES TO app_ro;
ALTER DEFAULT PRIVILEGES FOR ROLE shop_owner IN SCHEMA public GRANT SELECT ON SEQUENCES TO app_ro;

-- What PgBouncer asks when the app logs in: the app's roles only, and none that expired.
CREATE SCHEMA pgbouncer;
CREATE FUNCTION pgbouncer.get_auth(name text)
  RETURNS TABLE (rolname name, rolpassword text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
  AS $$
    SELECT rolname, rolpassword FROM pg_authid
    WHERE rolname = name AND rolcanlogin AND NOT rolsuper AND NOT rolreplication
      AND (rolvaliduntil IS NULL OR rolvaliduntil > now())
      AND rolname ~ '^app_'
  $$;
REVOKE ALL ON FUNCTION pgbouncer.get_auth(text) FROM PUBLIC;
GRANT USAGE ON SCHEMA pgbouncer TO pgbouncer_auth;
GRANT EXECUTE ON FUNCTION pgbouncer.get_auth(text) TO pgbouncer_auth;
