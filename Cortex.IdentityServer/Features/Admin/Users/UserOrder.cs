namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>The order of a list of users: by email (case-folded, by code point) or by creation time, and then by id.</summary>
internal readonly record struct UserOrder(bool ByEmail, bool IsDescending);
