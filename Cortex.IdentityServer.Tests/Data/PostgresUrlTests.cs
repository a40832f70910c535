using Cortex.IdentityServer.Data;
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
    public void Both_forms_are_read(string text, string host, int port, string database, string? user, string? password)
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
    public void Parameters_that_npgsql_has_are_mapped()
    {
        var builder = Parse("postgres://u:p@h/d?sslmode=require&channel_binding=require&connect_timeout=7&application_name=my%20app"
            + "&options=-c%20search_path%3Da%2Cb&sslrootcert=/etc/ca.pem&sslnegotiation=direct&gssencmode=disable");

        Assert.Equal(SslMode.Require, builder.SslMode);
        Assert.Equal(ChannelBinding.Require, builder.ChannelBinding);
        Assert.Equal(7, builder.Timeout);
        Assert.Equal("my app", builder.ApplicationName);
        Assert.Equal("-c search_path=a,b", builder.Options);
        Assert.Equal("/etc/ca.pem", builder.RootCertificate);
        Assert.Equal(SslNegotiation.Direct, builder.SslNegotiation);
        Assert.Equal(GssEncryptionMode.Disable, builder.GssEncryptionMode);
    }

    [Theory]
    [InlineData("keepalives=1&keepalives_idle=30&tcp_user_timeout=5")]
    [InlineData("target_session_attrs=read-write")]
    [InlineData("sslrootcert=system&sslcrl=x&client_encoding=auto")]
    [InlineData("&sslmode=require&")]
    [InlineData("connect_timeout=-1")]
    [InlineData("connect_timeout=99999")]
    public async Task What_is_accepted_makes_a_data_source(string query)
    {
        await using var source = NpgsqlDataSource.Create(Parse($"postgres://u:p@h/d?{query}"));

        Assert.Contains("Host=h", source.ConnectionString, StringComparison.Ordinal);
    }

    [Fact]
    public void A_socket_has_no_tls() =>
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
    [InlineData("postgres://u:" + Secret + "%@h/d", "password is not percent-encoded")]
    [InlineData("postgres://u:" + Secret + "%00@h/d", "password is not percent-encoded")]
    [InlineData("postgres://u:x/" + Secret + "@h/d", "must be percent-encoded")]
    [InlineData("postgres://u:x?" + Secret + "=1@h/d", "must be percent-encoded")]
    [InlineData("postgres://u:a@b?" + Secret + "=1@h/d", "must be percent-encoded")]
    [InlineData("postgres://u:" + Secret + "@::1/d", "host")]
    [InlineData("postgres://u:" + Secret + "@[h]/d", "host")]
    [InlineData("postgres://u:" + Secret + "@h1,h2/d", "several hosts")]
    [InlineData("postgres://u:" + Secret + "@h/d?sslmod=require", "'sslmod' is not known")]
    [InlineData("postgres://u:" + Secret + "@h/d?sslmode=always", "'sslmode' has a value")]
    [InlineData("postgres://u:" + Secret + "@h/d?connect_timeout=soon", "'connect_timeout'")]
    [InlineData("postgres://u:" + Secret + "@h/d?application_name=%zz", "'application_name'")]
    [InlineData("postgres://u:" + Secret + "@h/d?require_auth=magic", "'require_auth'")]
    [InlineData("postgres://u:" + Secret + "@h/d?sslmode", "name=value")]
    public void A_refusal_says_what_is_wrong_and_tells_no_secret(string? text, string expected)
    {
        Assert.False(PostgresUrl.TryParse(text, out var builder, out var error));

        Assert.Null(builder);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, error, StringComparison.OrdinalIgnoreCase);
    }

    private static NpgsqlConnectionStringBuilder Parse(string text)
    {
        Assert.True(PostgresUrl.TryParse(text, out var builder, out var error), error);
        return builder;
    }
}
