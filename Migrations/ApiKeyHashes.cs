namespace Cortex.IdentityServer.Migrations;

/// <summary>The SQL that keeps <c>api_keys.key_hash</c> in lower case, whichever program writes it: keys are looked up by one spelling, and that lookup stays one probe of an index.</summary>
internal static class ApiKeyHashes
{
    public const string Create = """
        -- Of two rows that differ only in case, the one in lower case, or else the first, is the one that works.
        UPDATE api_keys SET key_hash = lower(key_hash::text COLLATE "C")
        WHERE key_hash::text COLLATE "C" ~ '^[0-9A-Fa-f]{64}$' AND key_hash::text <> lower(key_hash::text COLLATE "C") AND id IN (
            SELECT DISTINCT ON (lower(key_hash::text COLLATE "C")) id FROM api_keys ORDER BY lower(key_hash::text COLLATE "C"), key_hash COLLATE "C" DESC);

        CREATE FUNCTION cortex_fold_key_hash() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
            NEW.key_hash := lower(NEW.key_hash COLLATE "C");
            RETURN NEW;
        END $$;
        CREATE TRIGGER cortex_fold_key_hash BEFORE INSERT OR UPDATE OF key_hash ON api_keys FOR EACH ROW
            WHEN (NEW.key_hash::text <> lower(NEW.key_hash::text COLLATE "C") AND NEW.key_hash::text COLLATE "C" ~ '^[0-9A-Fa-f]{64}$')
            EXECUTE FUNCTION cortex_fold_key_hash();
        """;

    public const string Drop = "DROP FUNCTION cortex_fold_key_hash() CASCADE";
}
