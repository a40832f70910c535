namespace Cortex.IdentityServer.Foundation.Configuration;

/// <summary>A variable that this server doesn't read, and the one that was probably meant.</summary>
internal readonly record struct MistypedVariable(string Name, string Meant)
{
    public string Hint => $"{Name} is set, but this server reads no variable of that name; {Meant} is probably meant";
}
