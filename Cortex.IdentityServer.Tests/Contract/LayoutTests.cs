namespace Cortex.IdentityServer.Tests.Contract;

/// <summary>Which folder of the server uses which. A new dependency needs an entry in this table, where a reviewer sees it.</summary>
public sealed class LayoutTests
{
    private const int MaxLines = 300;
    private const int MaxLineLength = 160;

    /// <summary>It maps the entities of all folders, and is the only file of the foundation that names them.</summary>
    private const string Context = "Cortex.IdentityServer/Foundation/Data/CortexDbContext.cs";

    /// <summary>The folders in dependency order, each with those that it uses. All of them are listed above it, so there are no cycles.</summary>
    private static readonly (string Folder, string Uses)[] Table =
    [
        ("Foundation/Configuration", ""),
        ("Foundation/Logging", "Foundation: Configuration"),
        ("Foundation/Telemetry", "Foundation: Configuration"),
        ("Foundation/Secrets", "Foundation: Configuration"),
        ("Foundation/Data", "Foundation: Configuration, Telemetry"),
        ("Foundation/Http", "Foundation: Configuration, Logging, Telemetry, Data"),
        ("Foundation/Management", "Foundation: Configuration, Telemetry, Http"),
        ("Foundation/Tls", "Foundation: Configuration, Telemetry, Http"),
        ("Identity/Users", "Foundation: Configuration, Data, Http"),
        ("Identity/Audit", "Foundation: Configuration, Data, Http"),
        ("Identity/Mail", "Foundation: Configuration, Telemetry, Secrets, Data, Http; Identity: Users, Audit"),
        ("Identity/Events", "Foundation: Data, Http; Identity: Users, Audit, Mail"),
        ("Identity/Passwords", "Foundation: Configuration, Telemetry, Secrets, Data, Http; Identity: Users, Audit, Mail"),
        ("Identity/SigningKeys", "Foundation: Configuration, Secrets, Data, Http; Identity: Audit"),
        ("Identity/Sessions", "Foundation: Configuration, Telemetry, Secrets, Data, Http; Identity: Users, Audit, Mail, Events, SigningKeys"),
        ("Identity/TwoFactor", "Foundation: Configuration, Telemetry, Secrets, Data, Http; Identity: Users, Audit, Mail, Events, Passwords, Sessions"),
        ("Identity/Passkeys", "Foundation: Configuration, Secrets, Data, Http; Identity: Users, Audit, Mail, Events, Sessions, TwoFactor"),
        ("Identity/ApiKeys", "Foundation: Configuration, Telemetry, Secrets, Data, Http; Identity: Users, Audit, Mail, Events, Sessions"),
        ("Identity/Authentication", "Foundation: Configuration, Http; Identity: Users, Sessions, ApiKeys"),
        ("Identity/Login", "Foundation: Configuration, Telemetry, Data, Http; Identity: Users, Audit, Mail, Events, Passwords, Sessions, TwoFactor, Passkeys"),
        (
            "Identity/Account",
            "Foundation: Configuration, Data, Http; "
            + "Identity: Users, Audit, Mail, Events, Passwords, Sessions, TwoFactor, Passkeys, ApiKeys, Login"),
        ("Features/Usage", "Foundation: Configuration, Telemetry, Data, Http; Identity: Users, Audit, Mail, Sessions, ApiKeys, Authentication, Account"),
        ("Features/Introspection", "Foundation: Http; Identity: Users, SigningKeys, Sessions, ApiKeys; Features: Usage"),
        ("Features/WebConsole", "Foundation: Configuration, Http; Identity: Account"),
        ("Features/Site", "Foundation: Configuration, Http; Identity: Users, Mail, Account; Features: WebConsole"),
        ("Features/Billing", "Foundation: Configuration, Telemetry, Secrets, Data, Http; Identity: Users, Audit, Mail, Events, Account; Features: Usage"),
        (
            "Features/Frontend",
            "Foundation: Configuration, Http; Identity: Users, Passwords, Passkeys, ApiKeys, Login, Account; Features: Usage, Billing"),
        ("Features/ApiDocs", "Foundation: Http"),
        (
            "Features/Admin",
            "Foundation: Data, Http; Identity: Users, Audit, Mail, Events, Passwords, Sessions, TwoFactor, Passkeys, ApiKeys, Account; "
            + "Features: Usage, Billing"),
        (
            "Features/CommandLine",
            "Foundation: Configuration, Telemetry, Logging, Secrets, Data, Http, Tls; "
            + "Identity: Users, Audit, Mail, Events, SigningKeys, TwoFactor, Authentication; "
            + "Features: Usage, Billing, Admin"),
    ];

    /// <summary>Released migrations and their SQL, which are never edited.</summary>
    private static readonly string[] Released =
    [
        "AccountLists.cs", "AccountStatistics.cs", "ApiKeyHashes.cs", "AuditEvents.cs", "ChangeNotices.cs", "DocumentedTables.cs", "EmailUniqueness.cs",
        "PortableSchema.cs",
    ];

    [Fact]
    public void Each_folder_uses_exactly_the_folders_that_the_table_lists()
    {
        var types = SourceFile.OfServer.Where(file => file.Folder is not null).Select(file => (file.Folder!, file.TypeName)).ToHashSet();
        var used = SourceFile.OfServer.Where(file => file.Folder is not null && file.Path != Context)
            .SelectMany(file => file.UsedFolders(types), (file, folder) => Dependency(file.Folder!, folder))
            .Distinct(StringComparer.Ordinal);

        Assert.Equal(
            Table.SelectMany(row => FoldersIn(row.Uses), (row, folder) => Dependency(row.Folder, folder)).Order(StringComparer.Ordinal),
            used.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Each_folder_is_in_the_table() => Assert.Equal(
        SourceFile.OfServer.Select(file => file.Folder).OfType<string>().Distinct().Order(StringComparer.Ordinal),
        Table.Select(row => row.Folder).Order(StringComparer.Ordinal));

    [Fact]
    public void The_layers_are_listed_from_the_bottom_up() => Assert.Equal(
        ["Foundation", "Identity", "Features"], Table.Select(row => row.Folder.Split('/')[0]).Distinct());

    [Fact]
    public void No_folder_uses_one_that_is_listed_below_it() => Assert.All(Table.Index(), row => Assert.Subset(
        Table.Take(row.Index).Select(earlier => earlier.Folder).ToHashSet(), FoldersIn(row.Item.Uses).ToHashSet()));

    [Fact]
    public void Only_Program_is_outside_the_folders() => Assert.Equal(
        ["Cortex.IdentityServer/Program.cs"], SourceFile.OfServer.Where(file => file.Folder is null).Select(file => file.Path));

    [Fact]
    public void A_file_of_the_server_contains_one_type() => Assert.All(
        SourceFile.OfServer, file => Assert.True(file.TopLevelTypes == 1, $"{file.Path} contains {file.TopLevelTypes} types"));

    [Fact]
    public void No_file_is_long()
    {
        Assert.NotEmpty(SourceFile.All);
        Assert.All(SourceFile.All, file => Assert.True(file.Lines.Count() <= MaxLines, $"{file.Path} has {file.Lines.Count()} lines"));
    }

    [Fact]
    public void No_line_is_long() => Assert.All(
        SourceFile.All.Where(file => !(file.Path.StartsWith("Migrations/", StringComparison.Ordinal) && Released.Contains(Path.GetFileName(file.Path))))
            .SelectMany(file => file.Lines.Index(), (file, line) => (file.Path, Number: line.Index + 1, line.Item.Length)),
        line => Assert.True(line.Length <= MaxLineLength, $"{line.Path}:{line.Number} has {line.Length} characters"));

    private static string Dependency(string from, string to) => $"{from} -> {to}";

    /// <summary>A row's folders in full: <c>Foundation: Data, Http; Identity: Users</c>.</summary>
    private static IEnumerable<string> FoldersIn(string uses) =>
        from layer in uses.Split("; ", StringSplitOptions.RemoveEmptyEntries)
        let parts = layer.Split(": ")
        from folder in parts[1].Split(", ")
        select $"{parts[0]}/{folder}";
}
