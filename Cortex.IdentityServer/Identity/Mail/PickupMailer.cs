using System.Globalization;
using MimeKit;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Writes each email to a file and logs its path, outside Production and without a mail server.</summary>
internal sealed partial class PickupMailer(MailOptions options, ILogger<PickupMailer> logger) : IMailer
{
    public async Task<MailOutcome> SendAsync(MimeMessage message, OutboxMail mail)
    {
        var time = mail.CreatedAt.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        var path = Path.Combine(options.PickupFolder!, $"{time}-{mail.Kind}-{mail.Id:N}.eml");
        try
        {
            // Only the owner may read the folder, because links in emails give access to accounts.
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(options.PickupFolder!);
            }
            else
            {
                Directory.CreateDirectory(options.PickupFolder!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            // The email is written to a temporary file and then moved, so no reader sees an incomplete file.
            await message.WriteToAsync(path + ".part");
            File.Move(path + ".part", path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Log.NotWritten(logger, path, failure.Message);
            return MailOutcome.Unreachable;
        }

        Log.Written(logger, mail.Kind, mail.UserId, path);
        return MailOutcome.Sent;
    }

    public Task CloseConnectionAsync() => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(2204, LogLevel.Information, "Email {Kind} for user {UserId}: {Path}")]
        public static partial void Written(ILogger logger, string kind, Guid? userId, string path);

        [LoggerMessage(2205, LogLevel.Error, "The email could not be written to {Path}: {Reason}")]
        public static partial void NotWritten(ILogger logger, string path, string reason);
    }
}
