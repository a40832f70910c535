using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Features.Admin.Users;

/// <summary>The query parameters of a list of users, as text, so that each one can report its own error.</summary>
internal sealed record UserListParameters
{
    private const int MaxEmailLength = EmailAddress.MaxLength;
    private const string ByCreation = "created_at";
    private const string ByEmail = "email";
    private const string Ascending = "asc";
    private const string Descending = "desc";

    [FromQuery(Name = "email"), Description("The beginning of the email; case is ignored."), MaxLength(MaxEmailLength)]
    public string? Email { get; init; }

    [FromQuery(Name = "tier"), MaxLength(TierName.MaxLength), Description(
        "The subscription tier, exactly as it is stored, even if another program set it.")]
    public string? Tier { get; init; }

    [FromQuery(Name = "is_active"), FlagValue, Description("Only users for whom this flag has the given value.")]
    public string? IsActive { get; init; }

    [FromQuery(Name = "is_verified"), FlagValue, Description("Only users for whom this flag has the given value.")]
    public string? IsVerified { get; init; }

    [FromQuery(Name = "role"), RoleValue, Description("Only users who have this role.")]
    public string? Role { get; init; }

    [FromQuery(Name = "sort"), WordValue(ByCreation, ByEmail), Description(
        "The field to sort by: email by default in a search by email, created_at otherwise.")]
    public string? Sort { get; init; }

    [FromQuery(Name = "order"), WordValue(Ascending, Descending), Description(
        "The sort order: by default, ascending for email and descending (newest first) for created_at.")]
    public string? Order { get; init; }

    /// <summary>Parses the filter and the order, and reports errors to the query reader.</summary>
    public (UserFilter Filter, UserOrder Order) Read(QueryReader query)
    {
        var email = string.IsNullOrEmpty(Email) ? null : NormalizePrefix(Email);
        if (email is null && !string.IsNullOrEmpty(Email))
        {
            query.AddError("email", $"must be the beginning of an email with at most {MaxEmailLength} characters");
        }

        var filter = new UserFilter(
            email,
            ReadTier(query),
            query.ReadFlag("is_active", IsActive),
            query.ReadFlag("is_verified", IsVerified),
            query.ReadWord("role", Role, Identity.Users.Role.All));
        var sort = query.ReadWord("sort", Sort, [ByCreation, ByEmail]) ?? (email is null ? ByCreation : ByEmail);
        var order = query.ReadWord("order", Order, [Ascending, Descending]) ?? (sort == ByEmail ? Ascending : Descending);
        return (filter, new(sort == ByEmail, order == Descending));
    }

    private string? ReadTier(QueryReader query)
    {
        if (Tier is not null && !TierName.IsValid(Tier))
        {
            query.AddError("tier", $"must be the name of a tier with at most {TierName.MaxLength} characters");
        }

        return Tier;
    }

    /// <summary>Normalizes the text as stored emails are. Returns null if it can't be part of an email.</summary>
    private static string? NormalizePrefix(string text)
    {
        try
        {
            return text.Length <= MaxEmailLength && !text.Contains('\0') ? text.Normalize() : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
