using System.Text.RegularExpressions;
using Cortex.IdentityServer.Features.CommandLine;
using Cortex.IdentityServer.Foundation.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;

namespace Cortex.IdentityServer.Tests.Configuration;

/// <summary>What the server reads is what README.md documents and what compose.yaml and .env.example pass on.</summary>
public sealed partial class DocumentedVariableTests
{
    /// <summary>What a server in a container has no use for.</summary>
    private static readonly string[] OfDevelopment = ["CORTEX_DATA", "POSTGRES_BIN"];

    private static readonly string[] Documented = [.. TableRow()
        .Matches(Section(ReadFile("README.md"), "## Configuration"))
        .Select(row => row.Groups[1].Value)];

    [Fact]
    public void Every_variable_that_the_server_reads_is_documented()
    {
        var read = new Recorder(Variables.Needed);
        CortexEnvironment.Read(
            new ConfigurationBuilder().Add(read).Build(), new HostingEnvironment { EnvironmentName = Environments.Production }, serves: true);

        // Documented below the table: the first by its other name, the files of secrets all together.
        Assert.Equal(
            Documented.Order(StringComparer.Ordinal),
            read.Names.Where(name => name != "FORWARDEDHEADERS_ENABLED" && !name.EndsWith("_FILE", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_documented_variable_reaches_the_server_in_compose()
    {
        var passed = ComposeLine().Matches(ReadFile("compose.yaml")).Select(line => line.Groups[1].Value).ToList();

        Assert.Empty(Documented.Except(OfDevelopment).Except(passed));

        // Docker refuses a file that names one twice.
        Assert.Distinct(passed);
    }

    [Fact]
    public void Every_variable_of_compose_is_in_the_example_of_an_environment_file()
    {
        var asked = Reference().Matches(ReadFile("compose.yaml")).Select(one => one.Groups[1].Value).Distinct();
        var example = ExampleLine().Matches(ReadFile(".env.example")).Select(line => line.Groups[1].Value);

        Assert.Equal(asked.Order(StringComparer.Ordinal), example.Order(StringComparer.Ordinal));
    }

    /// <remarks>What is pulled tomorrow is what was tried today.</remarks>
    [Fact]
    public void Every_image_of_compose_has_a_tag() =>
        Assert.All(ImageLine().Matches(ReadFile("compose.yaml")), line => Assert.Matches(@":v?\d+[.-]", line.Groups[1].Value));

    private static string ReadFile(string name) => File.ReadAllText(Path.Combine(LocalFolder.SolutionFolder()!, name));

    private static string Section(string text, string heading) => text.Split('\n' + heading)[1].Split("\n## ")[0];

    [GeneratedRegex(@"^\| `([A-Z_]+)` \|", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex TableRow();

    [GeneratedRegex(@"^      ([A-Z_]+): ", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex ComposeLine();

    [GeneratedRegex(@"\$\{([A-Z_]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();

    [GeneratedRegex(@"^#?([A-Z_]+)=", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex ExampleLine();

    [GeneratedRegex(@"^    image: (\S+)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex ImageLine();

    /// <summary>Settings that note what they are asked for.</summary>
    private sealed class Recorder(IReadOnlyDictionary<string, string?> values) : ConfigurationProvider, IConfigurationSource
    {
        public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        public override bool TryGet(string key, out string? value)
        {
            Names.Add(key);
            return values.TryGetValue(key, out value);
        }
    }
}
