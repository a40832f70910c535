using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Billing;

public sealed class WithoutWebhookSecretTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Fact]
    public async Task Without_a_secret_there_is_no_such_route()
    {
        var answer = await app.Anonymous().DeliverAsync(app, Guid.NewGuid().ToString(), Webhooks.Body("order.paid", app.Clock.GetUtcNow(), new { }));

        await answer.ShouldBeProblemAsync(404, "not_found");
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM billing_inbox"));
    }
}
