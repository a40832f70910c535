using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using static Cortex.IdentityServer.Tests.Admin.Import.ImportSteps;

namespace Cortex.IdentityServer.Tests.Admin.Import;

/// <summary>Every supported kind of hash, from the import to the second login.</summary>
public sealed class ImportedHashTests(ImportApp app) : IClassFixture<ImportApp>
{
    private const string Password = "correct horse";

    [Theory]
    [InlineData(PythonHashes.Bcrypt2a, Password)]
    [InlineData(PythonHashes.Bcrypt2b, Password)]
    [InlineData(PythonHashes.Bcrypt2y, Password)]
    [InlineData(PythonHashes.BcryptCost12, Password)]
    [InlineData(PythonHashes.Sha256V1, Password)]
    [InlineData(PythonHashes.Sha256V2, Password)]
    [InlineData(PythonHashes.IdentityV3, Password)]
    [InlineData(PythonHashes.IdentityV3Sha256, "Grüße, Zürich")]
    [InlineData(PythonHashes.IdentityV3Sha1, Password)]
    public async Task An_imported_user_logs_in_with_the_old_password_and_the_hash_is_upgraded(string hash, string password)
    {
        var (email, admin) = (app.NewEmail(), await app.AdminAsync());

        var answers = await admin.Http.ImportAsync(Line(email, hash));

        answers.ShouldTotal(lines: 1, created: 1, failed: 0);
        Assert.Equal(hash, await HashAsync(email));
        Assert.Equal(HttpStatusCode.Unauthorized, await app.TryLogInAsync(email, password + "x"));
        Assert.Equal(hash, await HashAsync(email));
        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(email, password));
        Assert.StartsWith("$2b$10$", await HashAsync(email), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(email, password));
    }

    [Fact]
    public async Task A_hash_that_was_inserted_with_SQL_is_upgraded_to_the_configured_cost_too()
    {
        var email = app.NewEmail();
        await app.SqlAsync("INSERT INTO users (email, password_hash) VALUES ($1, $2)", email, PythonHashes.IdentityV3);
        using var http = app.StartReplica(out var replica, ("BCRYPT_COST", "12"));
        using (replica)
        {
            await (await LogInAsync(Password + "x")).ShouldBeProblemAsync(401, "invalid_credentials");
            await (await LogInAsync(Password)).ShouldBeAsync(HttpStatusCode.OK);
            Assert.Matches(@"\A\$2b\$12\$[./A-Za-z0-9]{53}\z", await HashAsync(email));
            await (await LogInAsync(Password)).ShouldBeAsync(HttpStatusCode.OK);
        }

        Task<HttpResponseMessage> LogInAsync(string password) => http.PostAsync("/api/v1/auth/login", new { email, password });
    }

    private async Task<string> HashAsync(string email) => (string)(await app.SqlAsync("SELECT password_hash FROM users WHERE email = $1", email))!;
}
