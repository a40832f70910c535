using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data.Owners;

/// <remarks>
/// PostgreSQL prefers an operator or function of exactly the operands' types to its own of similar types, wherever on the search_path it is. A role that
/// can create one in the schema must not get it called by a function that runs as the owner.
/// </remarks>
public sealed class HostileOperatorTests(PostgresCluster cluster)
{
    /// <summary>Operators for all pairs of types for which PostgreSQL has none of its own, and functions that overload its own. All of them fail.</summary>
    private const string Traps = """
        SET client_min_messages = error;
        DO $do$
        DECLARE
            types text[] := ARRAY['text', 'varchar', 'bpchar', 'name', 'oid', 'regclass', 'smallint', 'integer', 'bigint', 'uuid', 'timestamp', 'timestamptz',
                'interval', 'boolean', 'jsonb', 'inet', 'date', 'users', 'api_keys', 'sessions', 'audit_events', 'user_roles', 'passkeys'];
            l text;
            r text;
            sign text;
            name text;
        BEGIN
            FOREACH l IN ARRAY types LOOP
                FOREACH name IN ARRAY ARRAY['to_jsonb', 'isfinite', 'to_regclass', 'lower', 'length', 'count'] LOOP
                    EXECUTE format('CREATE FUNCTION public.%I(%s) RETURNS text LANGUAGE plpgsql AS %L', name, l,
                        'BEGIN RAISE EXCEPTION ''a trap ran as %'', current_user; END');
                END LOOP;
                FOREACH r IN ARRAY types LOOP
                    FOREACH name IN ARRAY ARRAY['trap', 'pg_notify', 'to_char', 'date_trunc', 'to_timestamp', 'right', 'format'] LOOP
                        EXECUTE format('CREATE FUNCTION public.%I(%s, %s) RETURNS boolean LANGUAGE plpgsql AS %L', name, l, r,
                            'BEGIN RAISE EXCEPTION ''a trap ran as %'', current_user; END');
                    END LOOP;
                    FOREACH sign IN ARRAY ARRAY['=', '<>', '<', '>', '<=', '>=', '~', '||', '*', '+', '-', '->>'] LOOP
                        EXECUTE format('CREATE OPERATOR public.%s (FUNCTION = public.trap, LEFTARG = %s, RIGHTARG = %s)', sign, l, r);
                    END LOOP;
                END LOOP;
            END LOOP;
        END $do$;
        """;

    /// <summary>
    /// Runs each function that has the owner's rights in every possible way. With an empty search_path, these statements themselves call no trap.
    /// </summary>
    private const string Work = """
        SET search_path = '';
        INSERT INTO public.users (id, email, password_hash) VALUES
            ('00000000-0000-4000-8000-0000000000f1', 'one@example.com', 'x'), ('00000000-0000-4000-8000-0000000000f2', 'two@example.com', 'x');
        UPDATE public.users SET subscription_tier = 'pro', email = 'new-' || email;
        INSERT INTO public.user_roles SELECT '00000000-0000-4000-8000-0000000000f1', id FROM public.roles;
        INSERT INTO public.api_keys (user_id, key_hash) SELECT id, 'ABCDEF' || id FROM public.users;
        UPDATE public.api_keys SET is_active = false;
        DELETE FROM public.api_keys;
        INSERT INTO public.audit_events (id, occurred_at, action, outcome, user_id, ip, request_id) VALUES
            ('00000000-0000-4000-8000-0000000000e1', pg_catalog.now(), 'login.succeeded', 'success', '00000000-0000-4000-8000-0000000000f1', '192.0.2.1', 'r'),
            ('00000000-0000-4000-8000-0000000000e2', '2020-01-01Z', 'login.failed', 'failure', '00000000-0000-4000-8000-0000000000f1', '192.0.2.1', 'r'),
            ('00000000-0000-4000-8000-0000000000e3', pg_catalog.now(), 'user.registered', 'success', '00000000-0000-4000-8000-0000000000f1', '192.0.2.1', 'r');
        SELECT public.cortex_keep_audit_events(pg_catalog.now(), '-infinity');
        SELECT public.cortex_keep_audit_events(pg_catalog.now() + '3 months', '2021-01-01Z');
        DELETE FROM public.users WHERE id = '00000000-0000-4000-8000-0000000000f1';
        TRUNCATE public.users CASCADE;
        """;

    private const string Logins = "SELECT pg_catalog.concat(pg_catalog.sum(logins), ' ', pg_catalog.sum(login_failures)) FROM public.daily_changes";

    private const string Events = "SELECT pg_catalog.concat(pg_catalog.count(*), ' ', pg_catalog.count(ip)) FROM public.audit_events";

    [Fact]
    public async Task Operators_and_functions_that_another_role_creates_in_the_schema_never_run_as_the_owner()
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);
        var app = await database.AddRoleAsync("GRANT USAGE, CREATE ON SCHEMA public TO app");
        await PythonDatabase.SqlAsync<object>(app, Traps);

        // The traps work: PostgreSQL has no operator of its own for varchar.
        var trapped = await Assert.ThrowsAsync<PostgresException>(() => PythonDatabase.SqlAsync<bool>(database.Owner, "SELECT 'a'::varchar = 'a'"));
        Assert.Equal($"a trap ran as {OwnedDatabase.RoleOf(database.Owner)}", trapped.MessageText);

        await PythonDatabase.SqlAsync<object>(database.Owner, Work);

        Assert.Equal("1 1", await PythonDatabase.SqlAsync<string>(database.Owner, Logins));
        Assert.Equal("2 0", await PythonDatabase.SqlAsync<string>(database.Owner, Events));
    }
}
