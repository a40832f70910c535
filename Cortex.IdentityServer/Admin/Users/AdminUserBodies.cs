namespace Cortex.IdentityServer.Admin.Users;

/// <summary>An account as administrators see it.</summary>
internal sealed record AdminUserResponse(Guid Id, string Email, string SubscriptionTier, bool IsActive, bool IsVerified, bool TwoFactorEnabled, DateTimeOffset? CreatedAt, DateTimeOffset? UpdatedAt, IReadOnlyList<string> Roles);
