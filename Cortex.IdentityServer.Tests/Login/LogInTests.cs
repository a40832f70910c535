using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Login;

public sealed class LogInTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Route = "/api/v1/auth/login";

    [Fact]
    public async Task A_right_password_gives_tokens_that_work()
    {
        var user = await app.RegisterAsync();

        var answer = await (await app.Anonymous().PostAsync(Route, new { email = user.Email, password = user.Password })).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(
            ["access_token", "token_type", "expires_in", "refresh_token", "refresh_expires_in"],
            answer.EnumerateObject().Select(field => field.Name));
        Assert.Equal("bearer", answer.GetProperty("token_type").GetString());
        Assert.Equal(1800, answer.GetProperty("expires_in").GetInt32());
        Assert.Equal(30 * 24 * 3600, answer.GetProperty("refresh_expires_in").GetInt64());
        var me = await (await app.WithToken(Tokens.Of(answer).AccessToken).GetAsync("/api/v1/auth/me", TestContext.Current.CancellationToken)).JsonAsync(HttpStatusCode.OK);
        Assert.Equal(user.Id, me.GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task Wrong_password_and_unknown_email_look_the_same()
    {
        var user = await app.RegisterAsync();

        var wrong = await (await app.Anonymous().PostAsync(Route, new { email = user.Email, password = "not the password" })).ShouldBeProblemAsync(401, "invalid_credentials");
        var unknown = await (await app.Anonymous().PostAsync(Route, new { email = "nobody@example.com", password = "not the password" })).ShouldBeProblemAsync(401, "invalid_credentials");

        Assert.Equal(wrong.GetProperty("detail").GetString(), unknown.GetProperty("detail").GetString());
        Assert.Equal(wrong.EnumerateObject().Count(), unknown.EnumerateObject().Count());
    }
}
