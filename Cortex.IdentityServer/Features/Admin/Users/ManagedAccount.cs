using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>An account as the staff works on it.</summary>
/// <param name="Id">Names it.</param>
/// <param name="Email">As it was typed.</param>
/// <param name="LoginCount">What its failed logins are counted under.</param>
/// <param name="SubscriptionTier">The column's default where it is NULL, as with the next ones.</param>
/// <param name="IsActive">Whether it may be used.</param>
/// <param name="IsVerified">Whether the mailbox was proved.</param>
/// <param name="TwoFactorEnabled">Whether a login needs a second factor.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When its row last changed.</param>
/// <param name="Roles">Their names, sorted.</param>
/// <param name="RowVersion">PostgreSQL's <c>xmin</c>.</param>
/// <param name="HasPassword">False for who was invited and has chosen none yet.</param>
internal sealed record ManagedAccount(
    Guid Id,
    string Email,
    string LoginCount,
    string SubscriptionTier,
    bool IsActive,
    bool IsVerified,
    bool TwoFactorEnabled,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? UpdatedAt,
    string[] Roles,
    string RowVersion,
    bool HasPassword)
{
    public bool IsAdmin => Roles.Contains(Role.Admin);

    public AccountOwner Owner => new(Id, Email);

    /// <summary>Changes with every write of the account's row and of its roles; a login writes neither.</summary>
    public string EntityTag =>
        $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{RowVersion}\n{string.Join('\n', Roles)}")).AsSpan(0, 12))}\"";

    public AdminUserResponse ToResponse() => new(Id, Email, SubscriptionTier, IsActive, IsVerified, TwoFactorEnabled, CreatedAt, UpdatedAt, Roles);

    /// <summary>What an administrator can set that was otherwise before; all of it, where there was no account.</summary>
    public IReadOnlyList<AuditChange> ChangesSince(ManagedAccount? before) =>
        [.. Fields(before)
            .Zip(Fields(this), (was, now) => new AuditChange(now.Name, was.Value, now.Value))
            .Where(change => !JsonNode.DeepEquals(change.Before, change.After))];

    /// <summary>What it was, once it is gone: nothing that says whose.</summary>
    public IReadOnlyList<AuditChange> Removal() => [.. Fields(this).Select(field => new AuditChange(field.Name, field.Value, After: null))];

    private static IEnumerable<(string Name, JsonNode? Value)> Fields(ManagedAccount? account)
    {
        yield return ("subscription_tier", account?.SubscriptionTier);
        yield return ("is_active", account?.IsActive);
        yield return ("is_verified", account?.IsVerified);
        yield return ("roles", account is null ? null : new JsonArray([.. account.Roles.Order(StringComparer.Ordinal).Select(role => (JsonNode)role)]));
    }
}
