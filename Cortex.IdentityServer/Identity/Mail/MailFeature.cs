using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Gauges;
using Cortex.IdentityServer.Foundation.Telemetry;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Registers the outbox, the one-time tokens, and the email sender.</summary>
internal static partial class MailFeature
{
    public static IServiceCollection AddMail(this IServiceCollection services, SettingsReader settings, Uri publicUrl)
    {
        var options = MailOptions.Read(settings, publicUrl);
        services
            .AddSingleton(options)
            .AddSingleton<MailSignal>()
            .AddMetrics<MailMetrics>()
            .AddGauges(MailMetrics.Outbox)
            .AddScoped<Outbox>()
            .AddScoped<OneTimeTokens>()
            .AddSingleton<IExpiryRule, UnsentEmails>()
            .AddSingleton<IExpiryRule>(new ExpiryRule("one-time tokens", "one_time_tokens WHERE expires_at < $1"));
        if (!options.CanSend)
        {
            return services;
        }

        return (options.Smtp is null ? services.AddSingleton<IMailer, PickupMailer>() : services.AddSingleton<IMailer, SmtpMailer>())
            .AddHostedService<MailSender>();
    }

    /// <summary>Logs a warning if emails can't be sent, because no response would reveal it.</summary>
    public static void WarnIfMailIsOff(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<MailOptions>().CanSend)
        {
            Log.NoServer(app.Logger, Outbox.NoticeLifetime.TotalDays);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            2200, LogLevel.Warning, "SMTP_URL isn't set, so no email is sent. Emails wait in the outbox for up to {Days} days, or until their link expires")]
        public static partial void NoServer(ILogger logger, double days);
    }
}
