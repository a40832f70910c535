namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>The addresses of all pages of the console.</summary>
internal static class Pages
{
    public static readonly string[] BeforeLogin = ["/login", "/register", "/forgot-password"];

    public static readonly string[] OfUsers =
        ["/", "/keys", "/usage", "/billing", "/activity", "/account", "/account/security", "/account/sessions"];

    public static string[] OfStaff(SceneApp app) =>
    [
        "/admin", "/admin/users", $"/admin/users/{app.Ada.Id}", "/admin/import", "/admin/audit", "/admin/usage", "/admin/billing-events",
        $"/admin/billing-events/{app.UnmatchedEvent}", "/admin/reconciliation",
    ];
}
