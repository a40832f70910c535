namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>The part of a command's help below its options: notes, examples, environment variables, and exit codes.</summary>
internal static class HelpNotes
{
    private const string Root = """
        Examples:
          dotnet run --project Cortex.IdentityServer -- --urls http://localhost:5107
          dotnet Cortex.IdentityServer.dll create-admin --email ada@example.com

        Environment variables:
          The help of each command lists the ones that it reads. docs/configuration.md explains all of them.

        Exit codes:
          0    done
          1    failed; one line on standard error says why
          2    no such command or option
          3    import: some lines failed; doctor: nothing worse than warnings
          130  interrupted
        """;

    private const string Serve = """
        Examples:
          dotnet run --project Cortex.IdentityServer -- --urls http://localhost:5107
          dotnet Cortex.IdentityServer.dll serve

        Environment variables:
          POSTGRES_URL, SECRET_KEY, JWT_SECRET_KEY, PUBLIC_URL, and all others: see docs/configuration.md.
          ASPNETCORE_URLS, ASPNETCORE_HTTP_PORTS, ASPNETCORE_HTTPS_PORTS: the addresses or ports to listen on.
          TLS_CERT_FILE, TLS_KEY_FILE: the certificate for https addresses and its key. DOTNET_ENVIRONMENT: Development or Production.

        Exit codes:
          0    stopped by a signal, after a clean shutdown
          1    failed; standard error lists each missing or invalid variable on its own line, or gives another cause
          130  interrupted during startup
        """;

    private const string Migrate = $"""
        The server also migrates the database whenever it starts; this command is for deployments that migrate separately.
        If several replicas or commands start at the same time, only one of them migrates.

        Example:
          dotnet Cortex.IdentityServer.dll migrate

        {Variables}

        {ExitCodes}
        """;

    private const string CreateAdmin = $"""
        Creates an active account with the admin role and a verified email address.
        The command works with or without a running server, and on an empty database.

        The password is read from the first line of standard input. If standard input is a terminal or is empty, the command generates
        a password and prints it as the only line on standard output. Everything else goes to standard error.

        Examples:
          dotnet Cortex.IdentityServer.dll create-admin --email ada@example.com
          dotnet Cortex.IdentityServer.dll create-admin --email ada@example.com < password.txt
          PASSWORD=$(dotnet Cortex.IdentityServer.dll create-admin --email ada@example.com < /dev/null)

        {Variables}
          BCRYPT_COST: the cost of the password hash.

        Exit codes:
          0    done
          1    failed, and nothing was changed; one line on standard error says why (for example, the account already exists)
          2    no such option
          130  interrupted
        """;

    private const string Import = $$"""
        Each line of the file is one account, as a JSON object:
          {"email": "ada@example.com", "password_hash": "$2b$12$…", "subscription_tier": "pro",
           "is_active": true, "is_verified": true, "created_at": "2024-05-01T12:00:00Z"}
        Only the email is required. Without a password hash, the user has to reset the password by email before logging in. Existing accounts are not changed,
        so the same file can be imported again. Lines are committed in batches: Ctrl-C stops the import between two batches and keeps the accounts that were
        created.

        Failed lines are reported on standard error ("line 17: email_taken: …"), or in the file given with --results.

        Examples:
          dotnet Cortex.IdentityServer.dll import users.ndjson --results failed.ndjson
          zcat users.ndjson.gz | dotnet Cortex.IdentityServer.dll import -

        {{Variables}}

        Exit codes:
          0    every line created an account
          1    failed or stopped early; one line on standard error says why and at which line; accounts that were created are kept
          2    no such option
          3    the whole file was read, but some lines failed
          130  interrupted; accounts that were created are kept
        """;

    private const string RotateKeys = $"""
        1. With JWT_ALGORITHM=ES256 or RS256, the command creates a new key for signing access tokens. The key is published within a minute and starts
           signing one day later (or after half of JWT_KEY_DAYS, if that is shorter), so that services that cache the key set know it by then.
           Older keys are kept until the last token that they signed has expired. All users stay logged in.
           With HS256, there is no key to create: set JWT_SECRET_KEY to new,old (docs/operations.md, "Rotating the secrets").
        2. The command re-encrypts TOTP secrets and signing keys that still depend on an older SECRET_KEY with the first one.

        Examples:
          dotnet Cortex.IdentityServer.dll rotate-keys
          SECRET_KEY=new,old dotnet Cortex.IdentityServer.dll rotate-keys
          dotnet Cortex.IdentityServer.dll rotate-keys --revoke

        {Variables}
          JWT_ALGORITHM, JWT_KEY_DAYS: the key's algorithm, and how long it signs tokens.

        Exit codes:
          0    done
          1    failed, or a secret can't be decrypted with any configured SECRET_KEY; standard error names it
          2    no such option
          130  interrupted; secrets that were already re-encrypted stay re-encrypted
        """;

    private const string UsagePartition = $"""
        With one partition for each month, the server drops a month when it is older than USAGE_RETENTION_DAYS, instead of deleting its rows. The columns,
        defaults, constraints, indexes, and privileges of usage_logs stay the same. docs/operations.md says when this is worth it.

        The command copies the table while the server and other programs read and write it, and then puts the copy in its place in a moment. Until then, the
        database needs disk space for a second copy of usage_logs with all its indexes. An interrupted run can be continued by running the command again.
        Partitions are ranges of ids, which begin with a time if they are UUIDv7, as the server's are. Rows with other ids are kept in two further partitions,
        from which old rows are deleted as before. Partitioning can't be undone.

        The command changes nothing if it finds something that a partitioned table couldn't have, such as a view or a foreign key that refers to usage_logs.

        Examples:
          dotnet Cortex.IdentityServer.dll usage partition
          dotnet Cortex.IdentityServer.dll usage partition --cancel

        {Variables}

        Exit codes:
          0    done, or usage_logs is already partitioned
          1    failed; standard error says why
          2    no such option
          130  interrupted; run the command again to continue
        """;

    private const string UsageGroup = $"""
        Example:
          dotnet Cortex.IdentityServer.dll usage partition

        {Variables}

        {ExitCodes}
        """;

    private const string BillingSync = $"""
        Use this after Polar's webhooks were lost, for example because Polar has disabled the endpoint, or when you switch over from another program that
        received them. The server does the same by itself once a day. Polar caches the state of a customer for up to an hour, so what a webhook said within
        the last hour prevails. One line for each repaired user says how the tier changed.

        Examples:
          dotnet Cortex.IdentityServer.dll billing sync
          dotnet Cortex.IdentityServer.dll billing sync --all-users
          dotnet Cortex.IdentityServer.dll billing sync --user 0199f0f0-5b1e-7c3a-9d64-2f1f3f1c8a01

        {Variables}
          POLAR_ACCESS_TOKEN, POLAR_PRODUCTS, POLAR_API_URL, POLAR_API_VERSION: the same values as for the server.

        Exit codes:
          0    done
          1    failed, for example because Polar can't be reached; what was repaired until then stays
          2    no such option
          3    done, but Polar's answer about some users can't be used; standard error lists them
          130  interrupted; what was repaired until then stays
        """;

    private const string BillingGroup = $"""
        Example:
          dotnet Cortex.IdentityServer.dll billing sync

        {Variables}

        {ExitCodes}
        """;

    private const string Healthcheck = """
        This command is meant for container health checks, because the image doesn't include curl. It uses neither a proxy nor the database. A server on the
        same machine must have the certificate in TLS_CERT_FILE, if that is set, and may have any certificate otherwise.

        Examples:
          dotnet Cortex.IdentityServer.dll healthcheck
          dotnet Cortex.IdentityServer.dll healthcheck --url http://identity:8080
          dotnet Cortex.IdentityServer.dll healthcheck --url http://unix:/run/cortex.sock

        Environment variables:
          Kestrel__Endpoints__…__Url, ASPNETCORE_URLS, ASPNETCORE_HTTP_PORTS, ASPNETCORE_HTTPS_PORTS: where the server in this container listens;
          http://localhost:5000 if none of them is set.
          TLS_CERT_FILE, TLS_KEY_FILE: the certificate of that server.

        Exit codes:
          0    healthy
          1    unhealthy, or the server doesn't answer; one line on standard error says which
          2    no such option, or the address isn't http(s)
        """;

    private const string Doctor = """
        Prints one line for each check: ok, warn, or fail, the name of the check, what was found, and what to do about it. It goes on after a failed check,
        waits at most ten seconds for each service, and changes nothing: it doesn't migrate, send an email, or start a PostgreSQL. No line contains a secret.

        Run it with the server's variables, on the server's machine or in its container, before the first start, after a restore, or when something is wrong.

        Examples:
          dotnet Cortex.IdentityServer.dll doctor
          docker compose exec -T identity dotnet Cortex.IdentityServer.dll doctor

        Environment variables:
          All of the server's, checked in the same way: see docs/configuration.md.

        Exit codes:
          0    everything is ok
          1    a check failed; standard error says how many
          2    no such option
          3    there are warnings, but nothing failed
          130  interrupted
        """;

    private const string Variables = """
        Environment variables (docs/configuration.md):
          POSTGRES_URL, SECRET_KEY, JWT_SECRET_KEY: the same values as for the server, checked in the same way.
          CORTEX_DATA, POSTGRES_BIN: the embedded PostgreSQL, which is used outside Production if POSTGRES_URL isn't set.
          DOTNET_ENVIRONMENT: Development or Production.
        """;

    private const string ExitCodes = """
        Exit codes:
          0    done
          1    failed; one line on standard error says why
          2    no such option
          130  interrupted
        """;

    public static string Of(string command) => command switch
    {
        "serve" => Serve,
        "migrate" => Migrate,
        "create-admin" => CreateAdmin,
        "import" => Import,
        "rotate-keys" => RotateKeys,
        "usage" => UsageGroup,
        "usage partition" => UsagePartition,
        "billing" => BillingGroup,
        "billing sync" => BillingSync,
        "healthcheck" => Healthcheck,
        "doctor" => Doctor,
        _ => Root,
    };
}
