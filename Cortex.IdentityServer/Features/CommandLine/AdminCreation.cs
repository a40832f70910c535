using System.Text.Json.Nodes;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>Makes an administrator for the operator, who needs nobody's leave: there may be none yet.</summary>
internal sealed class AdminCreation(UserManager<User> users, AccountChanges changes)
{
    /// <summary>A new account, verified and active, with the role and its event, or nothing of them.</summary>
    public Task<AdminCreationResult> CreateAsync(string email, string password, CancellationToken cancellationToken) =>
        changes.CreateAsync<AdminCreationResult>(
            RequestOrigin.Operator,
            async change =>
            {
                var user = new User { Email = email, IsVerified = true };
                var result = await users.CreateAsync(user, password);
                if (!result.Succeeded)
                {
                    var error = result.Errors.First();
                    return new AdminCreationResult.Refused(error.Code == nameof(IdentityErrorDescriber.DuplicateEmail)
                        ? "There already is an account with this address, so nothing was changed. With --promote it becomes an administrator and keeps its "
                            + "password."
                        : error.Description);
                }

                change.Created(user.Id);
                await GiveRoleAsync(change, user, AuditAction.Created, had: []);
                return new AdminCreationResult.Created(user.Id);
            },
            cancellationToken);

    /// <summary>The role for an account that is there; null where there is none.</summary>
    public async Task<AdminCreationResult?> PromoteAsync(string email, CancellationToken cancellationToken)
    {
        if (await users.FindByEmailAsync(email) is not { } user)
        {
            return null;
        }

        return await changes.RunAsync<AdminCreationResult>(
            user.Id,
            RequestOrigin.Operator,
            async change =>
            {
                var had = await users.GetRolesAsync(user);
                if (had.Contains(Role.Admin))
                {
                    return new AdminCreationResult.Promoted(user, IsNew: false);
                }

                await GiveRoleAsync(change, user, AuditAction.Updated, had);
                return new AdminCreationResult.Promoted(user, IsNew: true);
            },
            cancellationToken);
    }

    private async Task GiveRoleAsync(AccountChange change, User user, string action, IList<string> had)
    {
        var result = await users.AddToRoleAsync(user, Role.Admin);
        if (!result.Succeeded)
        {
            throw new CommandFailedException(
                $"The account was changed by somebody else at the same moment ({result.Errors.First().Code}): run the command again.");
        }

        await change.RecordChangeAsync(action, [new("roles", Names(had), Names([.. had, Role.Admin]))]);
        change.Complete();
    }

    private static JsonArray Names(IEnumerable<string> roles) => [.. roles.Order(StringComparer.Ordinal).Select(role => JsonValue.Create(role))];
}
