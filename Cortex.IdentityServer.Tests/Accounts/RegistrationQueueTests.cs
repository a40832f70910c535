using System.Net;
using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.IdentityServer.Tests.Login;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Accounts;

/// <summary>The hashing queue treats registrations of new and of taken emails the same.</summary>
public sealed class RegistrationQueueTests(ProxiedSmallQueueApp app) : IClassFixture<ProxiedSmallQueueApp>
{
    [Fact]
    public async Task A_full_queue_does_not_reveal_whether_an_email_is_taken()
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

        // An address that was refused gets in on its retry, whether or not the email is taken.
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
