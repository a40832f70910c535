using System.CommandLine;
using System.Diagnostics;
using Cortex.IdentityServer.Identity.Authentication;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary><c>create-admin</c>: makes an administrator, also the first one.</summary>
internal static class CreateAdminCommand
{
    public static Command Create(Server server)
    {
        var email = new Option<string>("--email")
        {
            HelpName = "address",
            Required = true,
            Description = "The administrator's email address, which they log in with",
        };
        var promote = new Option<bool>("--promote") { Description = "If there is an account with this address, give it the role; its password stays as it is" };
        var environment = CommonOptions.Environment();
        var command = new Command("create-admin", "Creates an administrator.") { email, promote, environment };
        command.SetAction((parsed, stop) =>
        {
            var promotes = parsed.GetValue(promote);
            var address = Read(parsed.GetRequiredValue(email), promotes);
            return server.WorkAsync(parsed.GetValue(environment), work => RunAsync(work, address, promotes), stop);
        });
        return command;
    }

    /// <remarks>Accounts that are there may have odd addresses, which nobody gets any more.</remarks>
    private static string Read(string typed, bool promotes) =>
        (promotes ? EmailAddress.TryRecognize(typed, out var email, out var reason) : EmailAddress.TryNormalize(typed, out email, out reason))
            ? email
            : throw new CommandFailedException(reason);

    private static async Task<int> RunAsync(Work work, string email, bool promotes)
    {
        var creation = ActivatorUtilities.CreateInstance<AdminCreation>(work.Services);
        if (promotes && await creation.PromoteAsync(email, work.Stop) is AdminCreationResult.Promoted promoted)
        {
            await TellAsync(work, email, promoted);
            return ExitCode.Done;
        }

        var given = await PasswordInput.ReadAsync(work.Stop);
        var password = given ?? PasswordInput.New();
        switch (await creation.CreateAsync(email, password, work.Stop))
        {
            case AdminCreationResult.Created:
                await Console.Error.WriteLineAsync($"{email} is an administrator now. {Next(work)}");
                if (given is null)
                {
                    await Console.Error.WriteLineAsync("The password, which won't be shown again:");
                    await Console.Out.WriteLineAsync(password);
                }

                return ExitCode.Done;
            case AdminCreationResult.Refused refused:
                throw new CommandFailedException(refused.Reason);
            default:
                throw new UnreachableException();
        }
    }

    private static async Task TellAsync(Work work, string email, AdminCreationResult.Promoted promoted)
    {
        await Console.Error.WriteLineAsync(promoted.IsNew
            ? $"{email} is an administrator now, with the password that the account had. {(promoted.User.TwoFactorEnabled ? "" : Next(work))}".TrimEnd()
            : $"{email} was an administrator before; nothing was changed.");
        if (!promoted.User.MayBeUsed)
        {
            await Console.Error.WriteLineAsync("The account is disabled: nobody can log in with it.");
        }

        if (!promoted.User.EmailConfirmed)
        {
            await Console.Error.WriteLineAsync("Its address was never confirmed: make sure that the right person registered it.");
        }
    }

    private static string Next(Work work) => work.Services.GetRequiredService<AdminOptions>().RequiresSecondFactor
        ? "Log in and turn on two-factor authentication: administration needs it."
        : "Log in to begin.";
}
