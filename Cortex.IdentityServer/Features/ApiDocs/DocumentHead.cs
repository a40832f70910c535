using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Features.ApiDocs;

/// <summary>What stands at the top of the document: what this is, and the two ways to prove who is calling.</summary>
internal sealed class DocumentHead : IOpenApiDocumentTransformer
{
    private const string Description = """
        Authentication for Cortex Memory: accounts, sessions, two-factor authentication, passkeys and API keys.

        Bodies are JSON in snake_case; unknown fields are refused. Errors are problem details (RFC 9457) whose `code` is stable.
        People authenticate with an access token (`Authorization: Bearer …`) from a login, services with an API key (`X-API-Key`);
        a request carries exactly one of the two.

        A browser can keep its refresh token in a cookie: with `?use_cookies=true` a login sets it, and refresh and logout take it from there.
        It authenticates nothing else.
        """;

    /// <summary>In the order in which a user meets them.</summary>
    private static readonly (string Name, string Description)[] Tags =
    [
        ("Account", "Create an account, verify its email, look at it, change its password or email, export and delete it."),
        ("Login", "Prove who you are, in one step or in two, and get tokens."),
        ("Sessions", "Keep a login alive, see where you are logged in, log out."),
        ("Two-factor authentication", "An authenticator app and recovery codes as a second factor."),
        ("Passkeys", "Keys on a phone, a computer or a security key (WebAuthn), used in place of the password or as a second factor."),
        ("API keys", "Credentials for programs, made and revoked by a person."),
        ("For services", "Check whether a token or a key that somebody sent you is valid."),
        ("Administration", "Manage users, and see what happened to them: for the roles `admin` and, where it says so, `support`, with a second factor."),
        ("Health", "Whether the server works, for load balancers and people."),
    ];

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new() { Title = "Cortex Identity", Version = "v1", Description = Description };

        // Relative, so that a Host header chooses nothing and the page calls the server that it came from.
        document.Servers = [new() { Url = "/" }];

        // A tag that isn't in the list comes last rather than being lost.
        var unlisted = document.Tags?.Where(tag => !Tags.Any(listed => listed.Name == tag.Name)) ?? [];
        document.Tags = new HashSet<OpenApiTag>([.. Tags.Select(tag => new OpenApiTag { Name = tag.Name, Description = tag.Description }), .. unlisted]);

        // Before those that routes added for themselves.
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
            Description = "An API key that a user made for a service.",
        });
        document.AddComponent<IOpenApiSecurityScheme>(OperationProblems.ClientScheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "basic",
            Description = "For OAuth clients (`client_secret_basic`): an API key as the secret, and anything as the client id. The key may be the "
                + "bearer token too.",
        });
        foreach (var (name, scheme) in ofRoutes)
        {
            document.Components!.SecuritySchemes![name] = scheme;
        }

        return Task.CompletedTask;
    }
}
