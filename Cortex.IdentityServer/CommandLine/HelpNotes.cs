namespace Cortex.IdentityServer.CommandLine;

/// <summary>What the help of a command says below its options: an example, what it reads, how it ends.</summary>
internal static class HelpNotes
{
    private const string Root = """
        Examples:
          dotnet run --project Cortex.IdentityServer -- --urls http://localhost:5107
          dotnet Cortex.IdentityServer.dll create-admin --email ada@example.com

        Environment variables:
          Each command lists those that it reads; README.md, Configuration, explains them all.

        Exit codes:
          0    done
          1    failed; one line on standard error says why
          2    no such command or option
          3    import: some lines made no account
          130  interrupted
        """;

    private const string Serve = """
        Examples:
          dotnet run --project Cortex.IdentityServer -- --urls http://localhost:5107
          dotnet Cortex.IdentityServer.dll serve

        Environment variables:
          POSTGRES_URL, SECRET_KEY, JWT_SECRET_KEY, PUBLIC_URL and all others: see README.md, Configuration.
          Where to listen: ASPNETCORE_URLS or ASPNETCORE_HTTP_PORTS. Which rules hold: DOTNET_ENVIRONMENT.

        Exit codes:
          0    stopped by a signal, in order
          1    failed; a line on standard error names each variable that is missing or wrong, or says what else it was
          130  interrupted while it was starting
        """;

    private const string Migrate = $"""
        Every start migrates too; this is for deployments that keep the two apart. Replicas and commands that start together do it once.

        Example:
          dotnet Cortex.IdentityServer.dll migrate

        {Variables}

        {ExitCodes}
        """;

    private const string CreateAdmin = $"""
        The account is active, its address counts as confirmed, and its role is admin. Without a server and beside one that runs; on an empty database too.

        The password is the first line of standard input where that is no terminal; where it is one, or has nothing in it, a password is made and printed,
        alone on standard output. All else is on standard error.

        Examples:
          dotnet Cortex.IdentityServer.dll create-admin --email ada@example.com
          dotnet Cortex.IdentityServer.dll create-admin --email ada@example.com < password.txt
          PASSWORD=$(dotnet Cortex.IdentityServer.dll create-admin --email ada@example.com < /dev/null)

        {Variables}
          BCRYPT_COST: the cost of the password's hash.

        Exit codes:
          0    done
          1    failed, and nothing was changed: there is such an account, the address or the password won't do, the database can't be used …
          2    no such option
          130  interrupted
        """;

    private const string Import = $$"""
        A line of the file is an account in JSON:
          {"email": "ada@example.com", "password_hash": "$2b$12$…", "subscription_tier": "pro", "is_active": true, "is_verified": true, "created_at": "2024-05-01T12:00:00Z"}
        Only the email has to be there. Without a hash nobody can log in before the owner resets the password by mail. Accounts that exist stay as they are, so a
        file may be imported again. Lines are committed in batches: Ctrl-C ends it between two, and what was created stays.

        Lines that made no account are told on standard error ("line 17: email_taken: …"), or in the file of --results.

        Examples:
          dotnet Cortex.IdentityServer.dll import users.ndjson --results failed.ndjson
          zcat users.ndjson.gz | dotnet Cortex.IdentityServer.dll import -

        {{Variables}}

        Exit codes:
          0    every line made an account
          1    failed, or stopped on its way; one line on standard error says why and where, and what was created stays
          2    no such option
          3    the file was read to its end, and some lines made no account
          130  interrupted; what was created stays
        """;

    private const string RotateKeys = $"""
        1. With JWT_ALGORITHM=ES256 or RS256 it makes a new key that signs access tokens. It is published within a minute and takes over a day later (half of JWT_KEY_DAYS where
           that is shorter), so that services which keep the list of keys know it by then; the older ones are kept until their last token has ended. Nobody is logged out.
           With HS256 there is no such key: set JWT_SECRET_KEY to new,old (README.md, Rotating the secrets).
        2. It encrypts what is still under an older SECRET_KEY under the first one: TOTP secrets and signing keys.

        Examples:
          dotnet Cortex.IdentityServer.dll rotate-keys
          SECRET_KEY=new,old dotnet Cortex.IdentityServer.dll rotate-keys
          dotnet Cortex.IdentityServer.dll rotate-keys --revoke

        {Variables}
          JWT_ALGORITHM, JWT_KEY_DAYS: which keys there are, and for how long they sign.

        Exit codes:
          0    done
          1    failed; or something can't be decrypted under any SECRET_KEY that is set, and standard error names it
          2    no such option
          130  interrupted; what was encrypted anew stays
        """;

    private const string Healthcheck = """
        For container health checks, whose images have no curl. No proxy is used and no database is read; on the same machine a certificate isn't checked.

        Examples:
          dotnet Cortex.IdentityServer.dll healthcheck
          dotnet Cortex.IdentityServer.dll healthcheck --url http://identity:8080
          dotnet Cortex.IdentityServer.dll healthcheck --url http://unix:/run/cortex.sock

        Environment variables:
          Kestrel__Endpoints__…__Url, ASPNETCORE_URLS, ASPNETCORE_HTTP_PORTS: where the server of this container listens; http://localhost:5000 if all are unset.

        Exit codes:
          0    healthy
          1    unhealthy, or there is no server; one line on standard error says which
          2    no such option, or no http(s) address
        """;

    private const string Variables = """
        Environment variables (README.md, Configuration):
          POSTGRES_URL, SECRET_KEY, JWT_SECRET_KEY: as the server's, which are checked in the same way.
          CORTEX_DATA, POSTGRES_BIN: where the embedded PostgreSQL is, which is used where POSTGRES_URL is unset outside Production.
          DOTNET_ENVIRONMENT: which rules hold.
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
