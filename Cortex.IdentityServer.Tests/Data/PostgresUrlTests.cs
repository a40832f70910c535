using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data;

public sealed class PostgresUrlTests
{
    private const string Secret = "s3cret-Passw0rd";

    [Theory]
    [InlineData("postgresql://ann:pw@db.example:6543/shop", "db.example", 6543, "shop", "ann", "pw")]
    [InlineData("postgres://ann:pw@db.example/shop", "db.example", 5432, "shop", "ann", "pw")]
    [InlineData("POSTGRES://ann:pw@db.example/shop", "db.example", 5432, "shop", "ann", "pw")]
    [InlineData("  postgres://ann:pw@db.example/shop\n", "db.example", 5432, "shop", "ann", "pw")]
    [InlineData("postgres://ann:p%40%3A%2F%25%2B%20%C3%A4@h/d", "h", 5432, "d", "ann", "p@:/%+ ä")]
    [InlineData("postgres://ann:a+b@h/d", "h", 5432, "d", "ann", "a+b")]
    [InlineData("postgres://ann:a:b@c#d;e@h/d", "h", 5432, "d", "ann", "a:b@c#d;e")]
    [InlineData("postgres://a%40b:pw@h/my%20db%2Fx", "h", 5432, "my db/x", "a@b", "pw")]
    [InlineData("postgres://ann:@h/d", "h", 5432, "d", "ann", null)]
    [InlineData("postgres://ann@h/d", "h", 5432, "d", "ann", null)]
    [InlineData("postgres://h/d", "h", 5432, "d", null, null)]
    [InlineData("postgres://ann:pw@[2001:db8::1]:6543/d", "2001:db8::1", 6543, "d", "ann", "pw")]
    [InlineData("postgres://ann:pw@[::1]/d", "::1", 5432, "d", "ann", "pw")]
    [InlineData("postgres://ann:pw@h:/d", "h", 5432, "d", "ann", "pw")]
    [InlineData("postgres:///d?host=/var/run/postgresql", "/var/run/postgresql", 5432, "d", null, null)]
    [InlineData("postgres://ann:pw@%2Frun%2Fpg/d", "/run/pg", 5432, "d", "ann", "pw")]
    [InlineData("postgres://?host=h&port=6&dbname=d&user=ann&password=p%2Bw", "h", 6, "d", "ann", "p+w")]
    [InlineData("Host=h;Port=6543;Database=d;Username=ann;Password='a;b=c'", "h", 6543, "d", "ann", "a;b=c")]
    [InlineData("Server=h;Database=d;User Id=ann", "h", 5432, "d", "ann", null)]
    [InlineData("postgres://ann:pw@h1,h2/d", "h1:5432,h2:5432", 5432, "d", "ann", "pw")]
    [InlineData("postgres://ann:pw@h1:5433,h2/d", "h1:5433,h2:5432", 5432, "d", "ann", "pw")]
    [InlineData("postgres://ann:pw@h1:5433,[2001:db8::1]:5434,h3:/d", "h1:5433,[2001:db8::1]:5434,h3:5432", 5432, "d", "ann", "pw")]
    [InlineData("postgres://ann:pw@/d?host=h1,h2&port=5433,5434", "h1:5433,h2:5434", 5432, "d", "ann", "pw")]
    [InlineData("postgres://ann:pw@/d?host=h1,h2&port=5433", "h1:5433,h2:5433", 5432, "d", "ann", "pw")]
    [InlineData("postgres://ann:pw@/d?port=,5434&host=h1,h2", "h1:5432,h2:5434", 5432, "d", "ann", "pw")]
    [InlineData("Host=h1,h2:5434;Port=5433;Database=d;Username=ann;Target Session Attributes=primary", "h1,h2:5434", 5433, "d", "ann", null)]
    public void Both_forms_are_parsed(string text, string host, int port, string database, string? user, string? password)
    {
        var builder = Parse(text);

        Assert.Equal((host, port, database, user, password), (builder.Host, builder.Port, builder.Database, builder.Username, builder.Password));
    }

    [Theory]
    [InlineData("disable", SslMode.Disable)]
    [InlineData("allow", SslMode.Allow)]
    [InlineData("prefer", SslMode.Prefer)]
    [InlineData("require", SslMode.Require)]
    [InlineData("verify-ca", SslMode.VerifyCA)]
    [InlineData("verify-full", SslMode.VerifyFull)]
    public void The_ssl_mode_is_mapped(string text, SslMode mode) =>
        Assert.Equal(mode, Parse($"postgres://ann:pw@h/d?sslmode={text}").SslMode);

    [Fact]
    public void Parameters_that_Npgsql_supports_are_mapped()
    {
        var builder = Parse("postgres://u:p@h/d?sslmode=require&channel_binding=require&connect_timeout=7&application_name=my%20app"
            + $"&options=-c%20search_path%3Da%2Cb&sslrootcert={SomeFile}&sslnegotiation=direct&gssencmode=disable"
            + "&require_auth=scram-sha-256&keepalives=1&keepalives_idle=30&keepalives_interval=5&load_balance_hosts=random&krbsrvname=pg");

        Assert.Equal(ChannelBinding.Require, builder.ChannelBinding);
        Assert.Equal(7, builder.Timeout);
        Assert.Equal("my app", builder.ApplicationName);
        Assert.Equal("-c search_path=a,b", builder.Options);
        Assert.Equal(SomeFile, builder.RootCertificate);
        Assert.Equal("ScramSHA256", builder.RequireAuth);
        Assert.Equal((true, 30, 5), (builder.TcpKeepAlive, builder.TcpKeepAliveTime, builder.TcpKeepAliveInterval));
        Assert.True(builder.LoadBalanceHosts);
        Assert.Equal("pg", builder.KerberosServiceName);
        Assert.Equal(SslNegotiation.Direct, builder.SslNegotiation);
        Assert.Equal(GssEncryptionMode.Disable, builder.GssEncryptionMode);
    }

    [Theory]
    [InlineData("keepalives=1&keepalives_idle=30&tcp_user_timeout=5")]
    [InlineData("target_session_attrs=read-write")]
    [InlineData("sslrootcert=system&client_encoding=auto")]
    [InlineData("sslcrl=&ssl_min_protocol_version=TLSv1.2&sslcertmode=allow")]
    [InlineData("target_session_attrs=any&load_balance_hosts=disable")]
    [InlineData("&sslmode=require&")]
    [InlineData("connect_timeout=-1")]
    [InlineData("connect_timeout=99999")]
    public async Task An_accepted_URL_builds_a_data_source(string query)
    {
        await using var source = DataSources.Build(Parse($"postgres://u:p@h/d?{query}").ConnectionString);

        Assert.Contains("Host=h", source.ConnectionString, StringComparison.Ordinal);
    }

    [Fact]
    public void A_socket_has_no_TLS() =>
        Assert.Equal(SslMode.Disable, Parse("postgres:///d?host=/run/pg&sslmode=require").SslMode);

    [Theory]
    [InlineData("", "empty")]
    [InlineData("   ", "empty")]
    [InlineData(null, "empty")]
    [InlineData("mysql://u:" + Secret + "@h/d", "must begin with")]
    [InlineData(Secret, "neither")]
    [InlineData("Host=h;Database=d;Nonsense=" + Secret, "neither")]
    [InlineData("Host=h;Port=" + Secret, "neither")]
    [InlineData("Host=h;Password=" + Secret, "no database")]
    [InlineData("Database=d;Password=" + Secret, "no host")]
    [InlineData("postgres://u:" + Secret + "@/d", "no host")]
    [InlineData("postgres://u:" + Secret + "@h", "no database")]
    [InlineData("postgres://u:" + Secret + "@h/", "no database")]
    [InlineData("postgres://u:" + Secret + "@h:x/d", "port")]
    [InlineData("postgres://u:" + Secret + "@h:0/d", "port")]
    [InlineData("postgres://u:" + Secret + "@h:65536/d", "port")]
    [InlineData("postgres://u:" + Secret + "@h:+80/d", "port")]
    [InlineData("postgres://u:" + Secret + "/d", "port")]
    [InlineData("postgres://u:" + Secret + "%@h/d", "password isn't percent-encoded")]
    [InlineData("postgres://u:" + Secret + "%00@h/d", "password isn't percent-encoded")]
    [InlineData("postgres://u:x/" + Secret + "@h/d", "must be percent-encoded")]
    [InlineData("postgres://u:x?" + Secret + "=1@h/d", "must be percent-encoded")]
    [InlineData("postgres://u:a@b?" + Secret + "=1@h/d", "must be percent-encoded")]
    [InlineData("postgres://u:" + Secret + "@::1/d", "host")]
    [InlineData("postgres://u:" + Secret + "@[h]/d", "host")]
    [InlineData("postgres://u:" + Secret + "@h1,,h2/d", "hosts is empty")]
    [InlineData("postgres://u:" + Secret + "@h1,h2:x/d", "port")]
    [InlineData("postgres://u:" + Secret + "@/d?host=h1,h2,h3&port=1,2", "3 host(s) but 2 ports")]
    [InlineData("postgres://u:" + Secret + "@h/d?target_session_attrs=read-only", "has to write")]
    [InlineData("postgres://u:" + Secret + "@h1,h2/d?target_session_attrs=standby", "has to write")]
    [InlineData("postgres://u:" + Secret + "@h/d?sslcrl=/etc/crl.pem", "'sslcrl' isn't supported")]
    [InlineData("postgres://u:" + Secret + "@h/d?sslcrldir=/etc/crls", "'sslcrldir' isn't supported")]
    [InlineData("postgres://u:" + Secret + "@h/d?requirepeer=postgres", "'requirepeer' isn't supported")]
    [InlineData("postgres://u:" + Secret + "@h/d?service=main", "'service' isn't supported")]
    [InlineData("postgres://u:" + Secret + "@h/d?ssl_min_protocol_version=TLSv1.3", "'ssl_min_protocol_version'")]
    [InlineData("postgres://u:" + Secret + "@h/d?sslcertmode=require", "'sslcertmode'")]
    [InlineData("postgres://u:" + Secret + "@h/d?sslmode=require&sslrootcert=/nowhere/ca.pem", "sslrootcert names doesn't exist")]
    [InlineData("postgres://u:" + Secret + "@h/d?sslmode=verify-full&sslcert=/nowhere/c.pem", "sslcert names doesn't exist")]
    [InlineData("postgres://u:" + Secret + "@h/d?sslrootcert=/nowhere/ca.pem", "sslmode=prefer")]
    [InlineData("postgres://u:" + Secret + "@h/d?sslmode=require&sslrootcert=system", "must be verify-full")]
    [InlineData("postgres://u:" + Secret + "@h/d?sslmode=verify-ca&sslrootcert=system", "must be verify-full")]
    [InlineData("postgres://u:" + Secret + "@h/d?sslnegotiation=direct", "sslnegotiation=direct")]
    [InlineData("Host=h,;Database=d;Password=" + Secret, "hosts is empty")]
    [InlineData("Host=h:99999;Database=d;Password=" + Secret, "port")]
    [InlineData("Host=h;Database=d;SSL Mode=Require;Check Certificate Revocation=true;Password=" + Secret, "VerifyFull")]
    [InlineData("postgres://u:" + Secret + "@h/d?sslmod=require", "'sslmod' is unknown")]
    [InlineData("postgres://u:" + Secret + "@h/d?sslmode=always", "'sslmode' has an unknown value")]
    [InlineData("postgres://u:" + Secret + "@h/d?connect_timeout=soon", "'connect_timeout'")]
    [InlineData("postgres://u:" + Secret + "@h/d?application_name=%zz", "'application_name'")]
    [InlineData("postgres://u:" + Secret + "@h/d?require_auth=magic", "'require_auth'")]
    [InlineData("postgres://u:" + Secret + "@h/d?sslmode", "name=value")]
    public void An_error_says_what_is_wrong_and_reveals_no_secret(string? text, string expected)
    {
        Assert.False(PostgresUrl.TryParse(text, out var builder, out var error));

        Assert.Null(builder);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, error, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("require", SslMode.VerifyCA)]
    [InlineData("verify-ca", SslMode.VerifyCA)]
    [InlineData("verify-full", SslMode.VerifyFull)]
    [InlineData("disable", SslMode.Disable)]
    public void A_root_certificate_means_that_the_server_is_verified(string text, SslMode mode)
    {
        Assert.Equal(mode, Parse($"postgres://u:p@h/d?sslmode={text}&sslrootcert={SomeFile}").SslMode);
        Assert.Equal(mode, Parse($"postgres://u:p@h/d?sslrootcert={SomeFile}&sslmode={text}").SslMode);
    }

    [Theory]
    [InlineData("postgres://u:p@h/d?sslrootcert=system")]
    [InlineData("postgres://u:p@h/d?sslmode=verify-full&sslrootcert=system")]
    [InlineData("Host=h;Database=d;Root Certificate=system")]
    public void The_trust_store_of_the_system_means_full_verification(string text)
    {
        var builder = Parse(text);

        Assert.Equal((SslMode.VerifyFull, null), (builder.SslMode, builder.RootCertificate));
    }

    /// <remarks>A server that requests no password has no channel to bind to.</remarks>
    [Fact]
    public void Required_channel_binding_requires_SCRAM() =>
        Assert.Equal("ScramSHA256", Parse("postgres://u:p@h/d?sslmode=require&channel_binding=require").RequireAuth);

    [Theory]
    [InlineData("Multiplexing=true", "Multiplexing isn't supported")]
    [InlineData("Minimum Pool Size=50;Maximum Pool Size=10", "Minimum Pool Size")]
    [InlineData("Maximum Pool Size=0", "Maximum Pool Size must be between")]
    [InlineData("Maximum Pool Size=2000000000", "Maximum Pool Size must be between")]
    [InlineData("Read Buffer Size=1", "Read Buffer Size must be between")]
    [InlineData("Write Buffer Size=4095", "Write Buffer Size must be between")]
    [InlineData("Command Timeout=2147483647", "Command Timeout must be between")]
    [InlineData("Keepalive=3000000", "Keepalive must be between")]
    [InlineData("TCP Keepalive Interval=10", "needs TCP Keepalive Time")]
    [InlineData("TCP Keepalive Time=2147483647", "TCP Keepalive Time must be between")]
    [InlineData("Connection Idle Lifetime=1", "Connection Idle Lifetime")]
    [InlineData("Connection Pruning Interval=0", "Connection Pruning Interval must be between")]
    [InlineData("Connection Pruning Interval=-1", "Connection Pruning Interval must be between")]
    [InlineData("Port=99999", "Port must be between")]
    [InlineData("Target Session Attributes=standby", "has to write")]
    [InlineData("Target Session Attributes=read-only", "has to write")]
    [InlineData("Replication Mode=Logical", "Replication Mode isn't supported")]
    [InlineData("Server Compatibility Mode=Redshift", "Server Compatibility Mode isn't supported")]
    [InlineData("Array Nullability Mode=Always", "Array Nullability Mode isn't supported")]
    [InlineData("Encoding=latin1", "must be UTF8")]
    [InlineData("Encoding=nope", "must be UTF8")]
    [InlineData("Client Encoding=LATIN1", "must be UTF8")]
    [InlineData("Include Error Detail=true", "Include Error Detail isn't allowed")]
    [InlineData("Log Parameters=true", "Log Parameters isn't allowed")]
    [InlineData("Include Failed Batched Command=true", "Include Failed Batched Command isn't allowed")]
    [InlineData("Persist Security Info=true", "Persist Security Info isn't allowed")]
    [InlineData("Passfile=/nowhere/pgpass", "Passfile names doesn't exist")]
    [InlineData("SSL Mode=VerifyCA;Root Certificate=/nowhere/ca.pem", "sslrootcert names doesn't exist")]
    [InlineData("SSL Negotiation=Direct;SSL Mode=Prefer", "sslnegotiation=direct")]
    [InlineData("Target Session Attributes=nonsense", "neither")]
    [InlineData("Timeout=1025", "neither")]
    public void A_keyword_that_would_fail_later_is_rejected_with_an_explanation(string keywords, string expected)
    {
        Assert.False(PostgresUrl.TryParse($"Host=h;Database=d;Password={Secret};{keywords}", out _, out var error));

        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    /// <summary>The path of an existing file.</summary>
    private static string SomeFile => typeof(PostgresUrl).Assembly.Location;

    private static NpgsqlConnectionStringBuilder Parse(string text)
    {
        Assert.True(PostgresUrl.TryParse(text, out var builder, out var error), error);
        return builder;
    }
}
