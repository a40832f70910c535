using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Accounts;

public sealed class ParallelRegisterTests(CortexApp app) : IClassFixture<CortexApp>
{
    /// <remarks>Uniqueness is kept by the database: a check in code alone lets several through at the same moment.</remarks>
    [Fact]
    public async Task Sixteen_at_once_make_one_account_of_one_email()
    {
        string[] spellings = ["Race.One@example.com", "race.one@example.com", "RACE.ONE@EXAMPLE.COM", " race.One@Example.com "];

        var answers = await AtOnce.StatusesAsync(16, index =>
            app.Anonymous().PostAsync("/api/v1/auth/register", new { email = spellings[index % 4], password = TestUser.DefaultPassword }));

        Assert.Equal(1, answers.Count(status => status == HttpStatusCode.Created));
        Assert.Equal(15, answers.Count(status => status == HttpStatusCode.Conflict));
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM users WHERE lower(email) = 'race.one@example.com'"));
    }
}
