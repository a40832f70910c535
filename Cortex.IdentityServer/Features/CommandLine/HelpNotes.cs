namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>What the help of a command says below its options: an example, what it reads, how it ends.</summary>
internal static class HelpNotes
{
    private const string Root = """
        Examples:
          dotnet run --project Cortex.IdentityServer -- --urls http://localhost:5107
          dotnet Cortex.IdentityServer.dll create-admin --email ada@example.com

        Environment variables:
          Each command lists the ones that it reads. docs/configuration.md explains all of them.

        Exit codes:
          0    done
          1    failed; one line on standard error says why
          2    no such command or option
          3    import: some lines failed
          130  interrupted
        """;

    private const string Serve = """
        Examples:
          dotnet run --project Cortex.IdentityServer -- --urls http://localhost:5107
          dotnet Cortex.IdentityServer.dll serve

        Environment variables:
          POSTGRES_URL, SECRET_KEY, JWT_SECRET_KEY, PUBLIC_URL and all others: see docs/configuration.md.
          ASPNETCORE_URLS or ASPNETCORE_HTTP_PORTS: where to listen. DOTNET_ENVIRONMENT: Development or Production.

        Exit codes:
          0    stopped by a signal, after a clean shutdown
          1    failed; standard error names each variable that is missing or wrong, or another cause, in a line each
          130  interrupted while it was starting
        """;

    private const string Migrate = $"""
        Every start of the server migrates too; this command is for deployments that keep the two apart.
        If several replicas or commands start at once, only one migrates.

        Example:
          dotnet Cortex.IdentityServer.dll migrate

        {Variables}

        {ExitCodes}
        """;

    private const string CreateAdmin = $"""
        The account is active, its address counts as confirmed, and its role is admin.
        The command works with or without a running server, and on an empty database.

        The password is read from the first line of standard input. If standard input is a terminal or is empty, a password is generated and printed,
        alone on standard output. Everything else goes to standard error.

        Examples:
          dotnet Cortex.IdentityServer.dll create-admin --email ada@example.com
          dotnet Cortex.IdentityServer.dll create-admin --email ada@example.com < password.txt
          PASSWORD=$(dotnet Cortex.IdentityServer.dll create-admin --email ada@example.com < /dev/null)

        {Variables}
          BCRYPT_COST: the cost of the password's hash.

        Exit codes:
          0    done
          1    failed, and nothing was changed: the account exists, the address or the password isn't acceptable, the database can't be used …
          2    no such option
          130  interrupted
        """;

    private const string Import = $$"""
        Each line of the file is an account as JSON:
          {"email": "ada@example.com", "password_hash": "$2b$12$…", "subscription_tier": "pro",
           "is_active": true, "is_verified": true, "created_at": "2024-05-01T12:00:00Z"}
        Only the email is required. Without a hash nobody can log in until the owner resets the password by mail. Existing accounts are left unchanged, so a
        file may be imported again. Lines are committed in batches: Ctrl-C stops the import between two of them, and accounts that were created are kept.

        Lines that fail are reported on standard error ("line 17: email_taken: …"), or in the file given with --results.

        Examples:
          dotnet Cortex.IdentityServer.dll import users.ndjson --results failed.ndjson
          zcat users.ndjson.gz | dotnet Cortex.IdentityServer.dll import -

        {{Variables}}

        Exit codes:
          0    every line created an account
          1    failed or stopped early; one line on standard error says why and where, and accounts that were created are kept
          2    no such option
          3    the file was read to its end, but some lines failed
          130  interrupted; accounts that were created are kept
        """;

    private const string RotateKeys = $"""
        1. With JWT_ALGORITHM=ES256 or RS256 it creates a new key for signing access tokens. It is published within a minute and takes over
           a day later (half of JWT_KEY_DAYS where that is shorter), so that services which cache the list of keys know it by then;
           older keys are kept until their last token has expired. Nobody is logged out.
           With HS256 there is no such key: set JWT_SECRET_KEY to new,old (docs/operations.md, "Rotating the secrets").
        2. It encrypts TOTP secrets and signing keys that still depend on an older SECRET_KEY with the first one.

        Examples:
          dotnet Cortex.IdentityServer.dll rotate-keys
          SECRET_KEY=new,old dotnet Cortex.IdentityServer.dll rotate-keys
          dotnet Cortex.IdentityServer.dll rotate-keys --revoke

        {Variables}
          JWT_ALGORITHM, JWT_KEY_DAYS: the kind of key, and for how long it signs.

        Exit codes:
          0    done
          1    failed, or something can't be decrypted with any SECRET_KEY that is set; standard error names it
          2    no such option
          130  interrupted; what was already encrypted again stays so
        """;

    private const string Healthcheck = """
        For health checks of containers whose image has no curl. It uses no proxy and no database; on the same machine it doesn't check the certificate.

        Examples:
          dotnet Cortex.IdentityServer.dll healthcheck
          dotnet Cortex.IdentityServer.dll healthcheck --url http://identity:8080
          dotnet Cortex.IdentityServer.dll healthcheck --url http://unix:/run/cortex.sock

        Environment variables:
          Kestrel__Endpoints__…__Url, ASPNETCORE_URLS, ASPNETCORE_HTTP_PORTS: where the server of this container listens;
          http://localhost:5000 if all are unset.

        Exit codes:
          0    healthy
          1    unhealthy, or no server answers; one line on standard error says which
          2    no such option, or not an http(s) address
        """;

    private const string Variables = """
        Environment variables (docs/configuration.md):
          POSTGRES_URL, SECRET_KEY, JWT_SECRET_KEY: the same as the server's, with the same checks.
          CORTEX_DATA, POSTGRES_BIN: the embedded PostgreSQL, which is used outside Production if POSTGRES_URL is unset.
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
        "healthcheck" => Healthcheck,
        _ => Root,
    };
}
