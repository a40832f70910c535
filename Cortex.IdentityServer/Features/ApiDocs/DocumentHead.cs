using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Features.ApiDocs;

/// <summary>Writes the document's introduction, its tags, and its security schemes.</summary>
internal sealed class DocumentHead : IOpenApiDocumentTransformer
{
    private const string Description = """
        Authentication for Cortex Memory: accounts, sessions, two-factor authentication, passkeys, and API keys.

        Bodies are JSON in snake_case, and requests with unknown fields are rejected. Errors are problem details (RFC 9457) with a stable `code`.
        Users authenticate with an access token from a login (`Authorization: Bearer …`), and services with an API key (`X-API-Key`).
        A request must carry only one of the two.

        Browsers can keep the refresh token in a cookie: a login with `?use_cookies=true` sets it, and refresh and logout read it.
        The cookie authenticates no other request.
        """;

    /// <summary>The tags in the order in which a user encounters them.</summary>
    private static readonly (string Name, string Description)[] Tags =
    [
        ("Account", "Create, verify, read, update, export, and delete an account."),
        ("Login", "Log in with a password or a passkey, with a second factor if the account has one, and get tokens."),
        ("Sessions", "Refresh tokens, list sessions, and log out."),
        ("Two-factor authentication", "Use an authenticator app and recovery codes as a second factor."),
        ("Passkeys", "Manage passkeys (WebAuthn), which replace the password or serve as a second factor."),
        ("API keys", "Manage the credentials of programs and services."),
        ("For frontends", "Find out which forms to show, and what they accept."),
        ("For services", "Check whether an access token or API key that a service received is valid."),
        ("Usage", "Report what requests used, and read what was used."),
        ("Billing", "Subscribe, and see the subscription behind the tier."),
        ("Administration", "Manage users and read audit events. These routes require the role `admin` or, where stated, `support`, and a second factor."),
        ("Health", "Check the server's health."),
    ];

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new() { Title = "Cortex Identity", Version = "v1", Description = Description };

        // Use a relative URL, so that a Host header can't influence it and Scalar's page calls the server that served it.
        document.Servers = [new() { Url = "/" }];

        // Append tags that aren't in the list instead of dropping them.
        var unlisted = document.Tags?.Where(tag => !Tags.Any(listed => listed.Name == tag.Name)) ?? [];
        document.Tags = new HashSet<OpenApiTag>([.. Tags.Select(tag => new OpenApiTag { Name = tag.Name, Description = tag.Description }), .. unlisted]);

        // Insert the common schemes before those that routes have added.
        var ofRoutes = document.Components?.SecuritySchemes?.ToList() ?? [];
        document.Components?.SecuritySchemes?.Clear();
        document.AddComponent<IOpenApiSecurityScheme>(OperationProblems.BearerScheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "JWT",
            Description = "An access token from a login, valid for 30 minutes.",
        });
        document.AddComponent<IOpenApiSecurityScheme>(OperationProblems.ApiKeyScheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = AuthenticationSchemes.ApiKeyHeader,
            Description = "An API key that a user created for a service.",
        });
        document.AddComponent<IOpenApiSecurityScheme>(OperationProblems.ClientScheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "basic",
            Description = "For OAuth clients (`client_secret_basic`): an API key as the client secret, with any client id. The key may also be sent as a "
                + "bearer token.",
        });
        foreach (var (name, scheme) in ofRoutes)
        {
            document.Components!.SecuritySchemes![name] = scheme;
        }

        return Task.CompletedTask;
    }
}
