using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.Http.RateLimits;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Admin.Users;

/// <summary>What a list of users is asked for, as texts: each says itself what is wrong with it.</summary>
internal sealed record UserListParameters
{
    private const int LongestEmail = 254;
    private const string ByCreation = "created_at";
    private const string ByEmail = "email";
    private const string Ascending = "asc";
    private const string Descending = "desc";

    [FromQuery(Name = "email"), Description("How the email begins, in any case."), MaxLength(LongestEmail)]
    public string? Email { get; init; }

    [FromQuery(Name = "tier"), Description("The subscription tier: free, pro or enterprise.")]
    public string? Tier { get; init; }

    [FromQuery(Name = "is_active"), Description("true or false.")]
    public string? IsActive { get; init; }

    [FromQuery(Name = "is_verified"), Description("true or false.")]
    public string? IsVerified { get; init; }

    [FromQuery(Name = "role"), Description("A role: admin or support.")]
    public string? Role { get; init; }

    [FromQuery(Name = "sort"), Description("created_at or email. If left out: email for a search by email, created_at otherwise.")]
    public string? Sort { get; init; }

    [FromQuery(Name = "order"), Description("asc or desc. If left out: A to Z by email, newest first by created_at.")]
    public string? Order { get; init; }

    /// <summary>The filter and the order, or what is wrong with them.</summary>
    public bool TryRead(out UserFilter filter, out UserOrder order, out Problem problem)
    {
        var errors = new Dictionary<string, string[]>();
        var email = Checked("email", string.IsNullOrEmpty(Email) ? null : Email, text => Composed(text) is not null, $"must be the beginning of an email, of at most {LongestEmail} characters");
        var tier = OneOf("tier", Tier, [.. RateLimits.ApiKeyTiers.Keys]);
        var role = OneOf("role", Role, [.. Accounts.Role.All]);
        var isActive = OneOf("is_active", IsActive, ["true", "false"]);
        var isVerified = OneOf("is_verified", IsVerified, ["true", "false"]);
        var sort = OneOf("sort", Sort, [ByCreation, ByEmail]) ?? (email is null ? ByCreation : ByEmail);
        var direction = OneOf("order", Order, [Ascending, Descending]) ?? (sort == ByEmail ? Ascending : Descending);
        filter = new(email is null ? null : Composed(email), tier, AsFlag(isActive), AsFlag(isVerified), role);
        order = new(sort == ByEmail, direction == Descending);
        problem = Problem.Invalid(errors);
        return errors.Count == 0;

        string? OneOf(string name, string? text, string[] allowed) => Checked(name, text, allowed.Contains, $"must be {string.Join(" or ", allowed)}");

        string? Checked(string name, string? text, Predicate<string> isGood, string mustBe)
        {
            if (text is null || isGood(text))
            {
                return text;
            }

            errors[name] = [mustBe];
            return null;
        }
    }

    /// <summary>The form that emails are stored in, or null for a text that can't be a part of one.</summary>
    private static string? Composed(string text)
    {
        try
        {
            return text.Length <= LongestEmail && !text.Contains('\0') ? text.Normalize() : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool? AsFlag(string? text) => text is null ? null : text == "true";
}
