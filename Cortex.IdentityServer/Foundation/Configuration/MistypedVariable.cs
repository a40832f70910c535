namespace Cortex.IdentityServer.Foundation.Configuration;

/// <summary>A variable that is set but that the server doesn't read, and the variable that the operator probably meant.</summary>
internal readonly record struct MistypedVariable(string Name, string Meant)
{
    public string Hint => $"{Name} is set, but this server reads no variable of that name; {Meant} is probably meant";
}
