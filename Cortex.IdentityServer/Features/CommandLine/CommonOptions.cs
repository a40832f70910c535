using System.CommandLine;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    /// <summary>Returns the same option that <c>serve</c> has.</summary>
    public static Option<string?> Environment() => new("--environment")
    {
        HelpName = "name",
        Description = "Development or Production, like DOTNET_ENVIRONMENT. Default: Development inside the source tree, Production anywhere else",
    };
}
