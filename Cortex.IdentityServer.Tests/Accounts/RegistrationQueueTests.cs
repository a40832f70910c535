using System.Net;
using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.IdentityServer.Tests.Login;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Accounts;

/// <summary>A registration of a new email and one of a taken email have the same place in the hashing line, then and later.</summary>
public sealed class RegistrationQueueTests(ProxiedSmallQueueApp app) : IClassFixture<ProxiedSmallQueueApp>
{
    [Fact]
    public async Task Whether_an_email_was_new_or_taken_is_not_told_by_who_gets_in_while_the_line_is_full()
    {
        var taken = await app.RegisterAsync();
        await (await RegisterFromAsync("203.0.113.21", app.NewEmail())).ShouldBeAsync(HttpStatusCode.Created);
        await (await RegisterFromAsync("203.0.113.22", taken.Email)).ShouldBeProblemAsync(409, "email_taken");
        var queue = app.Services.GetRequiredService<HashingQueue>();
        var strangers = Enumerable.Range(0, ProxiedSmallQueueApp.Places).Select(_ => queue.TryEnter()!).ToList();
        Assert.DoesNotContain(null, strangers);

        foreach (var address in new[] { "203.0.113.21", "203.0.113.22", "203.0.113.23" })
        {
            await (await RegisterFromAsync(address, app.NewEmail())).ShouldBeProblemAsync(503, "service_unavailable");
            await (await RegisterFromAsync(address, taken.Email)).ShouldBeProblemAsync(503, "service_unavailable");
        }

        // Whoever was turned away has the next turn, whichever email it is for.
        app.Clock.Advance(queue.RetryAfter);
        await (await RegisterFromAsync("203.0.113.21", taken.Email)).ShouldBeProblemAsync(409, "email_taken");
        await (await RegisterFromAsync("203.0.113.22", app.NewEmail())).ShouldBeAsync(HttpStatusCode.Created);
        await (await RegisterFromAsync("203.0.113.24", app.NewEmail())).ShouldBeProblemAsync(503, "service_unavailable");
        strangers.ForEach(place => place.Dispose());
    }

    private async Task<HttpResponseMessage> RegisterFromAsync(string address, string email)
    {
        var http = app.Anonymous();
        http.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        return await http.PostAsync("/api/v1/auth/register", new { email, password = TestUser.DefaultPassword });
    }
}
