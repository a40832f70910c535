using Microsoft.Extensions.Hosting;

namespace Cortex.IdentityServer.Tests.Configuration;

public sealed class MailVariableTests
{
    [Theory]
    [InlineData("smtp://mail.example.com", "mail.example.com", 587, false, null, null)]
    [InlineData("smtps://mail.example.com/", "mail.example.com", 465, true, null, null)]
    [InlineData("SMTP://Mail.Example.com:25", "mail.example.com", 25, false, null, null)]
    [InlineData("smtps://mail.example.com:2465", "mail.example.com", 2465, true, null, null)]
    [InlineData("smtp://user:word@mail.example.com:465", "mail.example.com", 465, true, "user", "word")]
    [InlineData("smtp://[::1]:2525", "::1", 2525, false, null, null)]
    [InlineData("smtp://127.0.0.1:2525", "127.0.0.1", 2525, false, null, null)]
    [InlineData("smtp://user@mail", "mail", 587, false, "user", null)]
    [InlineData("smtp://user:pass:word@mail", "mail", 587, false, "user", "pass:word")]
    [InlineData(
        "smtp://user%40example.com:p%40ss%2Fw%3Ard%25%2B%20%C3%BC@mail.example.com:587/", "mail.example.com", 587, false, "user@example.com", "p@ss/w:rd%+ ü")]
    public void SMTP_URL_sets_the_address_and_the_credentials_of_the_mail_server(string url, string host, int port, bool isTls, string? user, string? password)
    {
        var smtp = Variables.Read(Environments.Production, ("SMTP_URL", url), ("EMAIL_FROM", "noreply@example.com")).Mail.Smtp!;

        Assert.Equal((host, port, isTls, user, password), (smtp.Host, smtp.Port, smtp.IsTls, smtp.User, smtp.Password));
    }

    [Theory]
    [InlineData("SMTP_URL", "smtp://user:hunter2-hunter2@mail.example.com/inbox")]
    [InlineData("SMTP_URL", "smtp://user:hunter2-hunter2@mail.example.com?tls=required")]
    [InlineData("SMTP_URL", "smtp://user:hunter2-hunter2@mail.example.com/#hunter2")]
    [InlineData("SMTP_URL", "smtp://user:hunter2-hunter2@mail.example.com:99999")]
    [InlineData("SMTP_URL", "smtp://user:hunter2/hunter2@mail.example.com")]
    [InlineData("SMTP_URL", "smtp://:hunter2-hunter2@mail.example.com")]
    [InlineData("SMTP_URL", "smtp+tls://user:hunter2-hunter2@mail.example.com")]
    [InlineData("SMTP_URL", "smtp://")]
    [InlineData("SMTP_URL", "smtp:mail.example.com")]
    [InlineData("EMAIL_FROM", "Cortex Memory")]
    [InlineData("EMAIL_FROM", "hunter2@")]
    [InlineData("EMAIL_FROM", "@hunter2.example")]
    [InlineData("EMAIL_FROM", "Cortex <hunter2@>")]
    [InlineData("EMAIL_FROM", "a@hunter2.example, b@hunter2.example")]
    [InlineData("EMAIL_FROM", "a@hunter2.example\r\nBcc: b@hunter2.example")]
    [InlineData("EMAIL_FROM", "Cortex\r\nBcc: b@hunter2.example <a@hunter2.example>")]
    [InlineData("AUDIT_RETENTION_DAYS", "0")]
    [InlineData("AUDIT_RETENTION_DAYS", "-1")]
    [InlineData("AUDIT_RETENTION_DAYS", "36501")]
    [InlineData("AUDIT_RETENTION_DAYS", "1.5")]
    [InlineData("AUDIT_RETENTION_DAYS", "forever")]
    public void An_invalid_value_stops_the_server_with_one_line_that_names_only_the_variable(string name, string value)
    {
        foreach (var environment in new[] { Environments.Development, Environments.Production })
        {
            var line = Assert.Single(Variables.Refusal(environment, ("EMAIL_FROM", "noreply@example.com"), (name, value)));
            Assert.StartsWith($"{name} must ", line, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", line, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(null, 365)]
    [InlineData("1", 1)]
    [InlineData("36500", 36_500)]
    public void Audit_events_are_kept_for_a_year_or_as_configured(string? value, int days) =>
        Assert.Equal(TimeSpan.FromDays(days), Variables.Read(Environments.Production, ("AUDIT_RETENTION_DAYS", value)).Audit.Retention);

    [Theory]
    [InlineData("noreply@example.com", null, "noreply@example.com")]
    [InlineData("Cortex Memory <noreply@example.com>", "Cortex Memory", "noreply@example.com")]
    [InlineData("\"Cortex, Memory\" <noreply@example.com>", "Cortex, Memory", "noreply@example.com")]
    [InlineData("Gedächtnis <noreply@example.com>", "Gedächtnis", "noreply@example.com")]
    public void The_sender_may_have_a_name(string value, string? name, string address)
    {
        var from = Variables.Read(("EMAIL_FROM", value)).Mail.From;

        Assert.Equal((name ?? "", address), (from.Name ?? "", from.Address));
    }

    /// <remarks>Settings that are logged by accident must not reveal a secret.</remarks>
    [Fact]
    public void Settings_do_not_print_the_password_of_the_mail_server()
    {
        var read = Variables.Read(("SMTP_URL", "smtp://user:hunter2-hunter2@mail.example.com"), ("EMAIL_FROM", "noreply@example.com"));

        Assert.All(
            [read.ToString(), read.Mail.ToString(), read.Mail.Smtp!.ToString(), $"{read.Mail.Smtp}"],
            printed => Assert.DoesNotContain("hunter2", printed, StringComparison.Ordinal));
    }

    /// <remarks>Without a mail server, emails become files outside Production, and stay queued in Production.</remarks>
    [Fact]
    public void Emails_become_files_only_outside_Production_without_a_mail_server()
    {
        Assert.NotNull(Variables.Read().Mail.PickupFolder);
        Assert.Null(Variables.Read(Environments.Production).Mail.PickupFolder);
        Assert.Null(Variables.Read(("SMTP_URL", "smtp://mail"), ("EMAIL_FROM", "noreply@example.com")).Mail.PickupFolder);
    }
}
