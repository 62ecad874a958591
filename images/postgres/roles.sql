-- A statement that fails would be logged with its password.
SET log_min_error_statement = panic;
SET password_encryption = 'scram-sha-256';

\set app_password `cat /run/patroni/passwords/postgres_app_password`
\set readonly_password `cat /run/patroni/passwords/postgres_readonly_password`
\set monitor_password `cat /run/patroni/passwords/postgres_monitor_password`
\set pooler_password `cat /run/patroni/passwords/pgbouncer_auth_password`

-- Everything in the shop belongs to the group, so that its login roles can alternate.
CREATE ROLE shop_owner NOLOGIN;
CREATE ROLE app_rw LOGIN PASSWORD :'app_password' IN ROLE shop_owner;
ALTER ROLE app_rw SET role = 'shop_owner';
CREATE ROLE app_ro LOGIN PASSWORD :'readonly_password';
ALTER ROLE app_ro SET default_transaction_read_only = on;
CREATE ROLE monitor LOGIN PASSWORD :'monitor_password' IN ROLE pg_monitor CONNECTION LIMIT 5;
CREATE ROLE pgbouncer_auth LOGIN PASSWORD :'pooler_password';

CREATE DATABASE shop OWNER shop_owner;
REVOKE ALL ON DATABASE shop FROM PUBLIC;
GRANT CONNECT ON DATABASE shop TO app_ro, pgbouncer_auth, monitor;

\connect shop
SET log_min_error_statement = panic;
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
