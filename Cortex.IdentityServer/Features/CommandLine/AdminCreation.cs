using System.Text.Json.Nodes;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>Creates an administrator for the operator. It needs no authenticated administrator, because there may be none yet.</summary>
internal sealed class AdminCreation(UserManager<User> users, AccountChanges changes)
{
    /// <summary>Creates a verified, active account with the role and records the event, all in one transaction.</summary>
    public Task<AdminCreationResult> CreateAsync(string email, string password, CancellationToken cancellationToken) =>
        changes.RunAsync<AdminCreationResult>(
            RequestOrigin.Operator,
            async change =>
            {
                var user = new User { Email = email, IsVerified = true };
                var result = await users.CreateAsync(user, password);
                if (!result.Succeeded)
                {
                    var error = result.Errors.First();
                    return new AdminCreationResult.Refused(error.Code == nameof(IdentityErrorDescriber.DuplicateEmail)
                        ? "An account with this address already exists, so nothing was changed. To make it an administrator and keep its password, add "
                            + "--promote."
                        : error.Description);
                }

                change.SetAccount(user.Id);
                await GrantRoleAsync(change, user, AuditAction.Created, had: []);
                return new AdminCreationResult.Created(user.Id);
            },
            cancellationToken);

    /// <summary>Grants the role to an existing account. Returns null if there is no such account.</summary>
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

                await GrantRoleAsync(change, user, AuditAction.Updated, had);
                return new AdminCreationResult.Promoted(user, IsNew: true);
            },
            cancellationToken);
    }

    private async Task GrantRoleAsync(AccountChange change, User user, string action, IList<string> had)
    {
        var result = await users.AddToRoleAsync(user, Role.Admin);
        if (!result.Succeeded)
        {
            throw new CommandFailedException(
                $"Another request changed the account at the same time ({result.Errors.First().Code}). Run the command again.");
        }

        await change.RecordChangeAsync(action, [new("roles", RoleNames(had), RoleNames([.. had, Role.Admin]))]);
        change.Complete();
    }

    private static JsonArray RoleNames(IEnumerable<string> roles) => [.. roles.Order(StringComparer.Ordinal).Select(role => JsonValue.Create(role))];
}
