using System.Text.Json.Nodes;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>Makes an administrator for the operator, who needs nobody's leave: there may be none yet.</summary>
internal sealed class AdminCreation(CortexDbContext db, UserManager<User> users, AccountEvents events)
{
    /// <summary>A new account, verified and active, with the role and its event, or nothing of them.</summary>
    public async Task<AdminCreationResult> CreateAsync(string email, string password, CancellationToken cancellationToken)
    {
        var user = new User { Email = email, IsVerified = true };
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var result = await users.CreateAsync(user, password);
        if (!result.Succeeded)
        {
            var error = result.Errors.First();
            return new AdminCreationResult.Refused(error.Code == nameof(IdentityErrorDescriber.DuplicateEmail)
                ? "There already is an account with this address, so nothing was changed. With --promote it becomes an administrator and keeps its password."
                : error.Description);
        }

        await GiveRoleAsync(user, AuditAction.Created, had: [], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        events.Committed(user.Id);
        return new AdminCreationResult.Created(user.Id);
    }

    /// <summary>The role for an account that is there; null where there is none.</summary>
    public async Task<AdminCreationResult?> PromoteAsync(string email, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await users.FindByEmailAsync(email) is not { } user)
        {
            return null;
        }

        await db.LockAccountAsync(user.Id, cancellationToken);
        var had = await users.GetRolesAsync(user);
        if (had.Contains(Role.Admin))
        {
            return new AdminCreationResult.Promoted(user, IsNew: false);
        }

        await GiveRoleAsync(user, AuditAction.Updated, had, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        events.Committed(user.Id);
        return new AdminCreationResult.Promoted(user, IsNew: true);
    }

    private async Task GiveRoleAsync(User user, string action, IList<string> had, CancellationToken cancellationToken)
    {
        var result = await users.AddToRoleAsync(user, Role.Admin);
        if (!result.Succeeded)
        {
            throw new CommandFailedException(
                $"The account was changed by somebody else at the same moment ({result.Errors.First().Code}): run the command again.");
        }

        await events.NoteChangeAsync(action, user.Id, RequestOrigin.Operator, [new("roles", Names(had), Names([.. had, Role.Admin]))], cancellationToken);
    }

    private static JsonArray Names(IEnumerable<string> roles) => [.. roles.Order(StringComparer.Ordinal).Select(role => JsonValue.Create(role))];
}
