using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using static Cortex.IdentityServer.Tests.Admin.Import.ImportSteps;

namespace Cortex.IdentityServer.Tests.Admin.Import;

/// <summary>Every kind of hash that is taken, from the import to the second login.</summary>
public sealed class ImportedHashTests(ImportApp app) : IClassFixture<ImportApp>
{
    private const string Horse = "correct horse";

    [Theory]
    [InlineData(PythonHashes.Bcrypt2a, Horse)]
    [InlineData(PythonHashes.Bcrypt2b, Horse)]
    [InlineData(PythonHashes.Bcrypt2y, Horse)]
    [InlineData(PythonHashes.BcryptCost12, Horse)]
    [InlineData(PythonHashes.Sha256V1, Horse)]
    [InlineData(PythonHashes.Sha256V2, Horse)]
    [InlineData(PythonHashes.IdentityV3, Horse)]
    [InlineData(PythonHashes.IdentityV3Sha256, "Grüße, Zürich")]
    [InlineData(PythonHashes.IdentityV3Sha1, Horse)]
    public async Task Who_is_imported_logs_in_with_the_old_password_and_the_hash_is_renewed(string hash, string password)
    {
        var (email, admin) = (app.NewEmail(), await app.AdminAsync());

        var answers = await admin.Http.ImportAsync(Line(email, hash));

        answers.ShouldSum(lines: 1, created: 1, failed: 0);
        Assert.Equal(hash, await HashAsync(email));
        Assert.Equal(HttpStatusCode.Unauthorized, await app.TryLogInAsync(email, password + "x"));
        Assert.Equal(hash, await HashAsync(email));
        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(email, password));
        Assert.StartsWith("$2b$10$", await HashAsync(email), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(email, password));
    }

    [Fact]
    public async Task At_the_configured_cost_of_production_a_hash_of_plain_SQL_is_renewed_too()
    {
        var email = app.NewEmail();
        await app.SqlAsync("INSERT INTO users (email, password_hash) VALUES ($1, $2)", email, PythonHashes.IdentityV3);
        using var http = app.StartReplica(out var replica, ("BCRYPT_COST", "12"));
        using (replica)
        {
            await (await LogInAsync(Horse + "x")).ShouldBeProblemAsync(401, "invalid_credentials");
            await (await LogInAsync(Horse)).ShouldBeAsync(HttpStatusCode.OK);
            Assert.Matches(@"\A\$2b\$12\$[./A-Za-z0-9]{53}\z", await HashAsync(email));
            await (await LogInAsync(Horse)).ShouldBeAsync(HttpStatusCode.OK);
        }

        Task<HttpResponseMessage> LogInAsync(string password) => http.PostAsync("/api/v1/auth/login", new { email, password });
    }

    private async Task<string> HashAsync(string email) => (string)(await app.SqlAsync("SELECT password_hash FROM users WHERE email = $1", email))!;
}
