using System.Text;
using Microsoft.Extensions.Hosting;

namespace Cortex.IdentityServer.Tests.Configuration;

/// <remarks>Any secret may come from a file that Docker or Kubernetes mounts.</remarks>
public sealed class SecretFileTests : IDisposable
{
    private const string Secret = "kJ8sV0q3Zr5tY7wB1nM4cX6dF9gH2jK0";

    private readonly string _folder = Directory.CreateTempSubdirectory("cx-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("", Secret)]
    [InlineData("\n", Secret)]
    [InlineData("\r\n", Secret)]
    [InlineData("\"\n", Secret + "\"")]
    public void A_secret_is_the_content_of_its_file_without_the_final_line_break(string end, string expected)
    {
        var read = Variables.Read(
            Environments.Production, ("SECRET_KEY", null), ("SECRET_KEY_FILE", Write(Secret + end)), ("JWT_SECRET_KEY", ""),
            ("JWT_SECRET_KEY_FILE", Write("x" + Secret + "\n")));

        Assert.Equal(expected, Encoding.UTF8.GetString(Assert.Single(read.Secrets.SecretKeys)));
        Assert.Equal("x" + Secret, Encoding.UTF8.GetString(Assert.Single(read.Signing.SharedSecrets)));
    }

    [Fact]
    public void URLs_with_passwords_can_come_from_files()
    {
        var read = Variables.Read(
            Environments.Production,
            ("POSTGRES_URL", null), ("POSTGRES_URL_FILE", Write("postgresql://cortex:hunter2@db/cortex\n")), ("REDIS_URL_FILE", Write("redis://cache:6380")),
            ("SMTP_URL_FILE", Write("smtp://user:hunter2@mail.example.com\n")), ("EMAIL_FROM", "noreply@example.com"),
            ("POLAR_WEBHOOK_SECRET_FILE", Write(Secret)), ("POLAR_ACCESS_TOKEN_FILE", Write("polar_oat_hunter2")));

        Assert.Contains("Host=db", read.Database.ConnectionString, StringComparison.Ordinal);
        Assert.Equal(6380, read.RateLimits.Redis?.Port);
        Assert.Equal("mail.example.com", read.Mail.Smtp?.Host);
        Assert.Equal(Secret, Assert.Single(read.Billing.PolarWebhookSecrets));
        Assert.Equal("polar_oat_hunter2", read.Billing.PolarAccessToken);
        Assert.Empty(read.Warnings);
    }

    [Theory]
    [InlineData("SECRET_KEY")]
    [InlineData("JWT_SECRET_KEY")]
    [InlineData("POSTGRES_URL")]
    [InlineData("REDIS_URL")]
    [InlineData("SMTP_URL")]
    [InlineData("POLAR_WEBHOOK_SECRET")]
    [InlineData("POLAR_ACCESS_TOKEN")]
    public void A_missing_or_empty_file_or_one_besides_the_variable_is_one_line(string name)
    {
        foreach (var file in new[] { Path.Combine(_folder, "nowhere"), Write("\n"), _folder })
        {
            var line = Assert.Single(Variables.Refusal(Environments.Production, (name, null), (name + "_FILE", file)));
            Assert.StartsWith(name + "_FILE must name a file", line, StringComparison.Ordinal);
        }

        var both = Assert.Single(Variables.Refusal(Environments.Production, (name, "hunter2-hunter2"), (name + "_FILE", Write("hunter2-hunter2"))));
        Assert.StartsWith(name + "_FILE must not be set together with ", both, StringComparison.Ordinal);
    }

    /// <remarks>The same rules apply to the content of a file as to the variable's value.</remarks>
    [Fact]
    public void An_invalid_value_in_a_file_is_refused() =>
        Assert.StartsWith(
            "SECRET_KEY must be",
            Assert.Single(Variables.Refusal(Environments.Production, ("SECRET_KEY", null), ("SECRET_KEY_FILE", Write("short")))),
            StringComparison.Ordinal);

    private string Write(string text)
    {
        var path = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
        File.WriteAllText(path, text);
        return path;
    }
}
