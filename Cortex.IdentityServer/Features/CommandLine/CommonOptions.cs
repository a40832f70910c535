using System.CommandLine;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>Options of more than one command.</summary>
internal static class CommonOptions
{
    /// <summary>As the server's.</summary>
    public static Option<string?> Environment() => new("--environment")
    {
        HelpName = "name",
        Description = "Development or Production, like DOTNET_ENVIRONMENT. Default: Development inside the source tree, Production anywhere else",
    };
}
