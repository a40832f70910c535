using System.Text.RegularExpressions;

namespace Cortex.IdentityServer.Tests.Contract;

/// <summary>A file of C# in the repository.</summary>
/// <param name="Path">Its path in the repository, with forward slashes.</param>
/// <param name="Text">The whole file.</param>
internal sealed partial record SourceFile(string Path, string Text)
{
    private const string Server = "Cortex.IdentityServer/";

    /// <summary>Every file that people write; what EF Core generates is left out.</summary>
    public static IReadOnlyList<SourceFile> All { get; } =
    [
        .. Directory.EnumerateFiles(Document.Repository, "*.cs", SearchOption.AllDirectories)
            .Select(file => System.IO.Path.GetRelativePath(Document.Repository, file).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(part => part is "obj" or "bin" or "node_modules" || part.StartsWith('.')))
            .Where(path => !path.StartsWith("Migrations/", StringComparison.Ordinal)
                || !(path.EndsWith(".Designer.cs", StringComparison.Ordinal) || path.EndsWith("Snapshot.cs", StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal)
            .Select(path => new SourceFile(path, File.ReadAllText(System.IO.Path.Combine(Document.Repository, path)).ReplaceLineEndings("\n"))),
    ];

    /// <summary>Those of the server itself.</summary>
    public static IEnumerable<SourceFile> OfServer => All.Where(file => file.Path.StartsWith(Server, StringComparison.Ordinal));

    public IEnumerable<string> Lines => Text.TrimEnd('\n').Split('\n');

    /// <summary>The name of the type that a file of this name contains, by which other files refer to it.</summary>
    public string TypeName => System.IO.Path.GetFileName(Path).Split('.')[0];

    /// <summary>The folder of the server that it belongs to, such as <c>Foundation/Http</c>; null if it is outside all of them.</summary>
    public string? Folder => Path.StartsWith(Server, StringComparison.Ordinal) && Path[Server.Length..].Split('/') is [var layer, var folder, _, ..]
        ? $"{layer}/{folder}"
        : null;

    public int TopLevelTypes => TopLevelType().Count(Text);

    /// <summary>The other folders that it uses, by a namespace that it names, or by a type that it names with its folder: <c>Users.UserStore</c>.</summary>
    /// <param name="types">Types of the server by folder and name.</param>
    public IEnumerable<string> UsedFolders(IReadOnlySet<(string Folder, string Type)> types)
    {
        var folders = types.Select(type => type.Folder).ToHashSet(StringComparer.Ordinal);
        var layer = Folder!.Split('/')[0];
        return FullName().Matches(Text).Select(name => $"{name.Groups["layer"].Value}/{name.Groups["folder"].Value}").Where(folders.Contains)
            .Concat(ShortName().Matches(Text)
                .Select(name => (
                    Folder: $"{(name.Groups["layer"] is { Success: true, Value: var named } ? named : layer)}/{name.Groups["folder"].Value}",
                    Type: name.Groups["type"].Value))
                .Where(types.Contains)
                .Select(name => name.Folder))
            .Where(folder => folder != Folder)
            .Distinct(StringComparer.Ordinal);
    }

    [GeneratedRegex(@"\bCortex\.IdentityServer\.(?<layer>\w+)\.(?<folder>\w+)", RegexOptions.ExplicitCapture)]
    private static partial Regex FullName();

    [GeneratedRegex(
        @"(?<![\w.])((?<layer>Foundation|Identity|Features)\.)?(?<folder>[A-Z]\w+)\.([A-Z]\w+\.)?(?<type>[A-Z]\w+)", RegexOptions.ExplicitCapture)]
    private static partial Regex ShortName();

    [GeneratedRegex(
        @"^((public|internal|file|sealed|abstract|static|readonly|ref|partial|unsafe) )*(class|struct|interface|enum|delegate|record)\b",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline)]
    private static partial Regex TopLevelType();
}
