using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>An account as the staff manages it.</summary>
/// <param name="Id">The user's id.</param>
/// <param name="Email">The email address as it was entered.</param>
/// <param name="LoginCount">The key that its failed logins are counted under.</param>
/// <param name="SubscriptionTier">The subscription tier. Here and in the following columns, NULL reads as the column's default.</param>
/// <param name="IsActive">Whether it may be used.</param>
/// <param name="IsVerified">Whether the email address is verified.</param>
/// <param name="TwoFactorEnabled">Whether a login needs a second factor.</param>
/// <param name="CreatedAt">When the account was created.</param>
/// <param name="UpdatedAt">When its row last changed.</param>
/// <param name="Roles">The names of its roles, sorted.</param>
/// <param name="RowVersion">PostgreSQL's <c>xmin</c> of the row.</param>
/// <param name="HasPassword">False for an invited user who hasn't chosen a password yet.</param>
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

    /// <summary>Changes whenever the account's row or its roles are written. A login writes neither.</summary>
    public string EntityTag =>
        $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{RowVersion}\n{string.Join('\n', Roles)}")).AsSpan(0, 12))}\"";

    public AdminUserResponse ToResponse() => new(Id, Email, SubscriptionTier, IsActive, IsVerified, TwoFactorEnabled, CreatedAt, UpdatedAt, Roles);

    /// <summary>The editable fields that differ from an earlier state; all of them for a new account.</summary>
    public IReadOnlyList<AuditChange> ChangesSince(ManagedAccount? before) =>
        [.. Fields(before)
            .Zip(Fields(this), (was, now) => new AuditChange(now.Name, was.Value, now.Value))
            .Where(change => !JsonNode.DeepEquals(change.Before, change.After))];

    /// <summary>The editable fields of a deleted account, without anything that identifies its owner.</summary>
    public IReadOnlyList<AuditChange> Removal() => [.. Fields(this).Select(field => new AuditChange(field.Name, field.Value, After: null))];

    private static IEnumerable<(string Name, JsonNode? Value)> Fields(ManagedAccount? account)
    {
        yield return ("subscription_tier", account?.SubscriptionTier);
        yield return ("is_active", account?.IsActive);
        yield return ("is_verified", account?.IsVerified);
        yield return ("roles", account is null ? null : new JsonArray([.. account.Roles.Order(StringComparer.Ordinal).Select(role => (JsonNode)role)]));
    }
}
