namespace Cortex.IdentityServer.Migrations;

/// <summary>The SQL that makes "one account per address" a rule of the database, whichever program writes. <see cref="EmailFolding"/> says which emails are one address.</summary>
/// <remarks>
/// Rows that shared an address before there was this rule keep their emails: all but the oldest get a number in <c>email_twin</c>, which the unique index includes.
/// A new row always has 0 and can't join them, unless the owner of the table restores a dump. When the row with 0 leaves the address, the next one takes its place, so the address stays taken.
/// </remarks>
internal static class EmailUniqueness
{
    public const string Create = """
        ALTER TABLE users ADD COLUMN email_twin smallint NOT NULL DEFAULT 0;
        UPDATE users SET email_twin = place FROM (
            SELECT id, row_number() OVER (PARTITION BY cortex_fold_email(email::text) COLLATE "C" ORDER BY created_at, id) - 1 AS place FROM users) AS twin
        WHERE twin.id = users.id AND place > 0 AND email IS NOT NULL;

        CREATE UNIQUE INDEX ux_users_email ON users ((cortex_fold_email(email::text) COLLATE "C"), email_twin);
        CREATE INDEX ix_users_email_twins ON users ((cortex_fold_email(email::text) COLLATE "C"), email_twin) WHERE email_twin > 0;
        DROP INDEX ux_users_email_lower;

        DROP INDEX ix_users_by_email;
        CREATE INDEX ix_users_by_email ON users (
            coalesce(subscription_tier, 'free'), coalesce(is_active, true), coalesce(is_verified, false), (cortex_fold_email(email::text) COLLATE "C"), id);
        DROP INDEX ix_one_time_tokens_new_email;
        CREATE INDEX ix_one_time_tokens_new_email ON one_time_tokens ((cortex_fold_email(email::text) COLLATE "C"), created_at) WHERE purpose = 'change_email';

        CREATE FUNCTION cortex_leave_email_twins() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
            NEW.email_twin := 0;
            RETURN NEW;
        END $$;
        CREATE TRIGGER cortex_leave_email_twins BEFORE UPDATE OF email ON users FOR EACH ROW
            WHEN (OLD.email_twin > 0 AND cortex_fold_email(OLD.email::text) COLLATE "C" IS DISTINCT FROM cortex_fold_email(NEW.email::text) COLLATE "C")
            EXECUTE FUNCTION cortex_leave_email_twins();

        -- The owner restores dumps. Anybody else who chose a number would make a second account of an address.
        CREATE FUNCTION cortex_guard_email_twin() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
            IF NOT pg_has_role((SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
                IF TG_OP = 'INSERT' THEN
                    NEW.email_twin := 0;
                ELSE
                    NEW.email_twin := OLD.email_twin;
                END IF;
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER cortex_guard_email_twin BEFORE INSERT ON users FOR EACH ROW WHEN (NEW.email_twin <> 0)
            EXECUTE FUNCTION cortex_guard_email_twin();
        CREATE TRIGGER cortex_guard_email_twin_kept BEFORE UPDATE OF email_twin ON users FOR EACH ROW WHEN (NEW.email_twin <> OLD.email_twin)
            EXECUTE FUNCTION cortex_guard_email_twin();

        -- Whoever deletes an account or changes its email may have no right to update another one.
        CREATE FUNCTION cortex_promote_email_twin() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
            UPDATE users SET email_twin = 0 WHERE id = (
                SELECT id FROM users WHERE cortex_fold_email(email::text) COLLATE "C" = cortex_fold_email(OLD.email::text) AND email_twin > 0
                ORDER BY email_twin LIMIT 1);
            RETURN NULL;
        END $$;
        DO $$ BEGIN
            EXECUTE format('ALTER FUNCTION cortex_promote_email_twin() SET search_path = %I, pg_temp',
                (SELECT nspname FROM pg_namespace JOIN pg_class ON pg_namespace.oid = relnamespace WHERE pg_class.oid = 'users'::regclass::oid));
        END $$;

        """ + PortableSchema.OwnerOnly + """

        CREATE TRIGGER cortex_promote_email_twin AFTER DELETE ON users FOR EACH ROW WHEN (OLD.email_twin = 0) EXECUTE FUNCTION cortex_promote_email_twin();
        CREATE TRIGGER cortex_promote_email_twin_moved AFTER UPDATE OF email ON users FOR EACH ROW
            WHEN (OLD.email_twin = 0 AND cortex_fold_email(OLD.email::text) COLLATE "C" IS DISTINCT FROM cortex_fold_email(NEW.email::text) COLLATE "C")
            EXECUTE FUNCTION cortex_promote_email_twin();
        """;

    public const string Drop = """
        DROP FUNCTION cortex_promote_email_twin() CASCADE;
        DROP FUNCTION cortex_guard_email_twin() CASCADE;
        DROP FUNCTION cortex_leave_email_twins() CASCADE;
        DROP INDEX ix_one_time_tokens_new_email, ix_users_by_email, ix_users_email_twins, ux_users_email;
        CREATE INDEX ix_one_time_tokens_new_email ON one_time_tokens (lower(email), created_at) WHERE purpose = 'change_email';
        CREATE INDEX ix_users_by_email ON users (
            coalesce(subscription_tier, 'free'), coalesce(is_active, true), coalesce(is_verified, false), (lower(email) COLLATE "C"));
        CREATE UNIQUE INDEX ux_users_email_lower ON users (lower(email));
        ALTER TABLE users DROP COLUMN email_twin;
        DROP FUNCTION cortex_fold_email(text);
        """;
}
