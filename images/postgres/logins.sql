-- Gives each role the login that its secret names, `<role>_<8 hex digits>:<password>`. A new
-- password is another login, so the one before goes on until the next: then it is dropped.
-- A password is set once, when its login is made: setting it again would change the salt, and
-- PgBouncer could no longer log in for clients that it has let in.
--
-- Run by `use-logins` as the primary's superuser; $PASSWORDS is the directory of the secrets.
\set VERBOSITY terse
-- Whatever fails or takes long, no password is logged.
SET log_min_error_statement = panic;
SET log_min_duration_statement = -1;
SET log_statement = none;
SET log_error_verbosity = terse;
SET password_encryption = 'scram-sha-256';
-- With a quorum a commit waits for a replica, and the replicas may be waiting for these very logins
-- to reach the primary. They need no second copy: a primary that has not got them makes its own.
SET synchronous_commit = local;
-- Whoever holds a lock on these roles holds up a delivery, and no longer than this.
SET statement_timeout = '20s';

CREATE FUNCTION pg_temp.set_password(login name, password text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER ROLE %I LOGIN PASSWORD %L', login, password);
END $$;

CREATE FUNCTION pg_temp.make_login(role regrole, login name, password text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  own pg_roles := (SELECT pg_roles FROM pg_roles WHERE oid = role);
  setting text;
BEGIN
  IF to_regrole(quote_ident(login)) IS NULL THEN
    EXECUTE format('CREATE ROLE %I', login);
  END IF;
  -- What members do not inherit.
  EXECUTE format('ALTER ROLE %I %s CONNECTION LIMIT %s', login,
    CASE WHEN own.rolreplication THEN 'REPLICATION' ELSE 'NOREPLICATION' END, own.rolconnlimit);
  FOREACH setting IN ARRAY coalesce(own.rolconfig, '{}') LOOP
    EXECUTE format('ALTER ROLE %I SET %I = %L', login, split_part(setting, '=', 1),
      substr(setting, strpos(setting, '=') + 1));
  END LOOP;
  EXECUTE format('GRANT %I TO %I', own.rolname, login);
  PERFORM pg_temp.set_password(login, password);
END $$;

CREATE FUNCTION pg_temp.drop_login(login name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER ROLE %I NOLOGIN PASSWORD NULL', login);
  EXECUTE format('DROP ROLE %I', login);
EXCEPTION WHEN dependent_objects_still_exist THEN
  -- Somebody gave the login something of its own (Patroni does, to the first of `rewind`).
  EXECUTE format('ALTER ROLE %I NOLOGIN PASSWORD NULL', login);
END $$;

-- The role's comment says which login is in use, and so which one was before.
CREATE FUNCTION pg_temp.use_login(role regrole, secret text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  login name := split_part(secret, ':', 1);
  previous name := shobj_description(role, 'pg_authid');
BEGIN
  IF login !~ format('^%s_[0-9a-f]{8}$', role) THEN
    RAISE 'the secret of the role % is not <login>:<password>', role;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login AND rolcanlogin) THEN
    PERFORM pg_temp.make_login(role, login, substr(secret, length(login) + 2));
  END IF;
  IF login IS DISTINCT FROM previous THEN
    PERFORM pg_temp.drop_login(rolname) FROM pg_roles JOIN pg_auth_members ON member = pg_roles.oid
      WHERE roleid = role AND rolname NOT IN (login, previous);
    EXECUTE format('COMMENT ON ROLE %I IS %L', role::name, login);
  END IF;
END $$;

\set superuser `cat "$PASSWORDS/postgres_superuser_password"`
\set replication `cat "$PASSWORDS/postgres_replication_password"`
\set rewind `cat "$PASSWORDS/postgres_rewind_password"`
\set app `cat "$PASSWORDS/postgres_app_password"`
\set readonly `cat "$PASSWORDS/postgres_readonly_password"`
\set monitor `cat "$PASSWORDS/postgres_monitor_password"`
\set pooler `cat "$PASSWORDS/pgbouncer_auth_password"`

BEGIN;
-- A delivery and a promotion at the same time.
SELECT pg_advisory_xact_lock(7345127);
-- Bound, so that no password is in a statement's text, which monitoring may read.
SELECT pg_temp.set_password('postgres', $1) \bind :superuser \g
SELECT pg_temp.use_login('replicator', $1) \bind :replication \g
SELECT pg_temp.use_login('rewind', $1) \bind :rewind \g
SELECT pg_temp.use_login('app_rw', $1) \bind :app \g
SELECT pg_temp.use_login('app_ro', $1) \bind :readonly \g
SELECT pg_temp.use_login('monitor', $1) \bind :monitor \g
SELECT pg_temp.use_login('pgbouncer_auth', $1) \bind :pooler \g
COMMIT;
