using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Accounts;

public sealed class ResendVerificationTests(CortexApp app) : EmailRequestTests(app), IClassFixture<CortexApp>
{
    protected override string Route => "/api/v1/auth/verify-email/resend";

    protected override string Kind => "verify_email";

    [Fact]
    public async Task The_link_is_sent_again_and_works()
    {
        var user = await App.RegisterAsync();
        await App.WaitForEmailsAsync();
        App.Clock.Advance(TimeSpan.FromSeconds(1));

        await (await RequestEmailAsync(user.Email)).ShouldBeAsync(HttpStatusCode.Accepted);

        var token = await App.VerificationTokenAsync(user.Email);
        Assert.Equal(2, (await App.Mailbox.ForAsync(user.Email, Kind)).Count);
        await (await App.VerifyEmailAsync(token)).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_verified_user_gets_no_email()
    {
        var user = await App.RegisterVerifiedAsync();

        await (await RequestEmailAsync(user.Email)).ShouldBeAsync(HttpStatusCode.Accepted);
        await App.WaitForEmailsAsync();

        Assert.Single(await App.Mailbox.ForAsync(user.Email));
    }
}
