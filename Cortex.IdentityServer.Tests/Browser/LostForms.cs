using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>The console's forms, by name.</summary>
internal static class LostForms
{
    private const string Password = TestUser.DefaultPassword;
    private const string User = "/admin/users/{id}";

    public static readonly Dictionary<string, LostForm> BeforeLogin = new()
    {
        ["log in"] = new("/login", [("Email", "{email}"), ("Password", Password)], "Log in", "Welcome, {email}."),
        ["register"] = new("/register", [("Email", "{new}"), ("Password", Password)], "Create account", "Your account is ready"),
        ["forgot password"] = new("/forgot-password", [("Email", "{email}")], "Send link", "Check your email"),
    };

    public static readonly Dictionary<string, LostForm> OfUsers = new()
    {
        ["change email"] = new("/account", [("New email", "{new}"), ("Password", Password)], "Send link", "We sent a link to")
        {
            Opener = "Change email",
        },
        ["change password"] = new(
            "/account/security", [("Current password", Password), ("New password", EmailSteps.NewPassword)], "Change password", "Your password has changed"),
        ["create key"] = new(
            "/keys",
            [("Name", "robots"), ("Other scopes", "memory:read"), ("Expires", "After 90 days"), ("Tokens", "5000"), ("Cost in US dollars", "2.50")],
            "Create API key", "Save this key now.")
        {
            Opener = "Create API key",
        },
        ["edit key"] = new("/keys", [("Name", "renamed"), ("Tokens", "5000")], "Save", "renamed") { Opener = "Edit: test" },
        ["rotate key"] = new("/keys", [("The old key keeps working", "For an hour")], "Rotate", "Save this key now.") { Opener = "Rotate: test" },
        ["revoke key"] = new("/keys", [], "Revoke key", "You have no API keys yet.") { Opener = "Revoke: test" },
        ["delete account"] = new(
            "/account", [("To confirm, type {email}", "{email}"), ("Password", Password)], "Delete account", "Forgot your password?")
        {
            Opener = "Delete account",
        },
    };

    public static readonly Dictionary<string, LostForm> OfStaff = new()
    {
        ["create user"] = new(
            "/admin/users",
            [("Email", "{new}"), ("Tier", "pro"), ("The email address is already verified", LostForm.Checked)], "Create and invite", "Send password reset")
        {
            Opener = "Create user",
        },
        ["edit user"] = new(User, [("Tier", "pro"), ("Email address verified", LostForm.Checked)], "Save", "The changes are saved."),
        ["disable user"] = new(User, [], "Disable account", "The account is disabled.") { Opener = "Disable account" },
        ["send password reset"] = new(User, [], "Send password reset", "The email is on its way.") { Opener = "Send password reset" },
        ["delete user"] = new(User, [("To confirm, type {email}", "{email}")], "Delete account", "Search by email") { Opener = "Delete account" },
        ["quota"] = new(
            $"{User}?section=usage",
            [("Requests in a period", "77"), ("Cost in a period (US dollars)", "1.50"), ("Beyond the quota", "Refuse requests")],
            "Save", "The quota is saved.")
        {
            Opener = "Change quota",
        },
        ["correction"] = new(
            $"{User}?section=usage", [("Tokens to add", "-25"), ("US dollars to add", "0.10"), ("Reason", "Counted twice")],
            "Record correction", "The correction is recorded.")
        {
            Opener = "Correct usage",
        },
        ["replay"] = new("/admin/billing-events/{event}", [], "Process again", "What Polar sent") { Opener = "Process again" },
        ["assign"] = new("/admin/billing-events/{event}", [("User", "{email}")], "Assign to a user", "The event was processed") { Opener = "Assign to a user" },
    };
}
