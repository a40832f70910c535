using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Mail;

/// <summary>This is a separate class because it waits for the server's real SMTP timeout.</summary>
public sealed class StalledDeliveryTests(SmtpApp app) : IClassFixture<SmtpApp>
{
    [Fact]
    public async Task An_email_on_which_the_mail_server_stalls_is_postponed_and_the_others_are_sent()
    {
        var slow = $"slow-{app.NewEmail()}";
        var other = app.NewEmail();
        app.Smtp.FailAt(SmtpPhase.End, SmtpFault.Stall, slow);
        await app.EnqueueAsync(slow);
        await OutboxSteps.UntilAsync("a first attempt", () => app.Smtp.TimesReached(SmtpPhase.End) == 1);
        await app.EnqueueAsync(other);

        await app.AdvanceUntilAsync("the other email", () => app.Smtp.For(other).Count == 1, TimeSpan.FromSeconds(40));
        Assert.Empty(app.Smtp.For(slow));
        Assert.Contains("no answer within", app.Log, StringComparison.Ordinal);
    }
}
