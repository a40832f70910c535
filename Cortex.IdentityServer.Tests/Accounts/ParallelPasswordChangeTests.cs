using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Accounts;

public sealed class ParallelPasswordChangeTests(ConfiguredCostApp app) : IClassFixture<ConfiguredCostApp>
{
    [Fact]
    public async Task Of_sixteen_concurrent_changes_one_succeeds()
    {
        var (user, tokens, _) = await app.SignUpAsync();

        var answers = await Concurrently.StatusesAsync(16, index =>
            app.WithToken(tokens.AccessToken)
                .PatchAsync("/api/v1/auth/me/password", new { current_password = user.Password, new_password = $"new password number {index}" }));

        Assert.Equal(1, answers.Count(status => status == HttpStatusCode.NoContent));
        Assert.Equal(15, answers.Count(status => status == HttpStatusCode.Unauthorized));
        await app.LogInAsync(user with { Password = $"new password number {Array.IndexOf(answers, HttpStatusCode.NoContent)}" });
    }
}
