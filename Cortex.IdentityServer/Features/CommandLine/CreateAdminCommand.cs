using System.CommandLine;
using System.Diagnostics;
using Cortex.IdentityServer.Identity.Authentication;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary><c>create-admin</c> creates an administrator, including the first one.</summary>
internal static class CreateAdminCommand
{
    public static Command Create(Server server)
    {
        var email = new Option<string>("--email")
        {
            HelpName = "address",
            Required = true,
            Description = "The email address that the administrator logs in with",
        };
        var promote = new Option<bool>("--promote") { Description = "If an account with this address exists, grant it the role and keep its password" };
        var environment = CommonOptions.Environment();
        var command = new Command("create-admin", "Creates an administrator.") { email, promote, environment };
        command.SetAction((parsed, stop) =>
        {
            var promotes = parsed.GetValue(promote);
            var address = ParseAddress(parsed.GetRequiredValue(email), promotes);
            return server.RunCommandAsync(parsed.GetValue(environment), work => RunAsync(work, address, promotes), stop);
        });
        return command;
    }

    /// <remarks>Existing accounts may have addresses that are no longer accepted for new ones.</remarks>
    private static string ParseAddress(string input, bool promotes) =>
        (promotes ? EmailAddress.TryRecognize(input, out var email, out var reason) : EmailAddress.TryNormalize(input, out email, out reason))
            ? email
            : throw new CommandFailedException(reason);

    private static async Task<int> RunAsync(CommandContext work, string email, bool promotes)
    {
        var creation = ActivatorUtilities.CreateInstance<AdminCreation>(work.Services);
        if (promotes && await creation.PromoteAsync(email, work.Stop) is AdminCreationResult.Promoted promoted)
        {
            await ReportAsync(work, email, promoted);
            return ExitCode.Done;
        }

        var given = await PasswordInput.ReadAsync(work.Stop);
        var password = given ?? PasswordInput.Generate();
        switch (await creation.CreateAsync(email, password, work.Stop))
        {
            case AdminCreationResult.Created:
                await Console.Error.WriteLineAsync($"{email} is now an administrator. {NextStep(work)}");
                if (given is null)
                {
                    await Console.Error.WriteLineAsync("The password, which will not be shown again:");
                    await Console.Out.WriteLineAsync(password);
                }

                return ExitCode.Done;
            case AdminCreationResult.Refused refused:
                throw new CommandFailedException(refused.Reason);
            default:
                throw new UnreachableException();
        }
    }

    private static async Task ReportAsync(CommandContext work, string email, AdminCreationResult.Promoted promoted)
    {
        await Console.Error.WriteLineAsync(promoted.IsNew
            ? $"{email} is now an administrator and keeps the account's password. {(promoted.User.TwoFactorEnabled ? "" : NextStep(work))}".TrimEnd()
            : $"{email} is already an administrator; nothing was changed.");
        if (!promoted.User.IsEnabled)
        {
            await Console.Error.WriteLineAsync("The account is disabled, so its owner can't log in.");
        }

        if (!promoted.User.EmailConfirmed)
        {
            await Console.Error.WriteLineAsync("Its email address was never verified. Make sure that the right person registered it.");
        }
    }

    private static string NextStep(CommandContext work) => work.Services.GetRequiredService<AdminOptions>().RequiresSecondFactor
        ? "Log in and turn on two-factor authentication, which administrators need."
        : "Log in to get started.";
}
