using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Mail;

/// <summary>A class of its own, as it waits for as long as the server does.</summary>
public sealed class StalledDeliveryTests(SmtpApp app) : IClassFixture<SmtpApp>
{
    [Fact]
    public async Task A_mail_at_which_the_mail_server_never_answers_is_put_off_and_the_others_go()
    {
        var slow = $"slow-{app.NewEmail()}";
        var other = app.NewEmail();
        app.Smtp.FailAt(SmtpPhase.End, SmtpFault.Stall, slow);
        await app.EnqueueAsync(slow);
        await OutboxSteps.UntilAsync("a first try", () => app.Smtp.TimesReached(SmtpPhase.End) == 1);
        await app.EnqueueAsync(other);

        await app.AdvanceUntilAsync("the other mail", () => app.Smtp.For(other).Count == 1, TimeSpan.FromSeconds(40));
        Assert.Empty(app.Smtp.For(slow));
        Assert.Contains("no answer within", app.Log, StringComparison.Ordinal);
    }
}
