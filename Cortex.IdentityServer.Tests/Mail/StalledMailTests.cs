using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Mail;

/// <summary>A class of its own, as it waits for as long as the server does.</summary>
public sealed class StalledMailTests(SmtpApp app) : IClassFixture<SmtpApp>
{
    [Fact]
    public async Task A_mail_at_which_the_mail_server_never_answers_is_put_off_and_the_others_go()
    {
        var slow = $"slow-{app.NewEmail()}";
        var other = app.NewEmail();
        app.Smtp.FailAt(SmtpPhase.End, SmtpFault.Stall, slow);
        await app.PutAsync(slow);
        await MailSteps.UntilAsync("a first try", () => app.Smtp.Reached(SmtpPhase.End) == 1);
        await app.PutAsync(other);

        await app.PassTimeUntilAsync("the other mail", () => app.Smtp.For(other).Count == 1, TimeSpan.FromSeconds(40));
        Assert.Empty(app.Smtp.For(slow));
        Assert.Contains("no answer within", app.Log, StringComparison.Ordinal);
    }
}
