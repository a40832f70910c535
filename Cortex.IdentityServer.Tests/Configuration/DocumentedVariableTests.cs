using System.Text.RegularExpressions;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Tests.Contract;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Cortex.IdentityServer.Tests.Configuration;

/// <summary>The server reads exactly the variables that docs/configuration.md documents and that compose.yaml and .env.example pass on.</summary>
public sealed partial class DocumentedVariableTests
{
    /// <summary>Variables that a server in a container doesn't need.</summary>
    private static readonly string[] OfDevelopment = ["CORTEX_DATA", "POSTGRES_BIN"];

    private static readonly IReadOnlyList<DocumentedVariable> Table =
        [.. Document.Read("docs/configuration.md").Rows("variable").Select(DocumentedVariable.Of)];

    private static readonly string[] Documented = [.. Table.Select(variable => variable.Name)];

    [Fact]
    public void Every_variable_that_the_server_reads_is_documented()
    {
        var read = new Recorder(Variables.Needed);
        ReadSettings.Of(new ConfigurationBuilder().Add(read).Build(), isProduction: true);

        // The page documents these below its tables: the first under its full name, and all secret files together.
        Assert.Equal(
            Documented.Order(StringComparer.Ordinal),
            read.Names.Where(name => name != "FORWARDEDHEADERS_ENABLED" && !IsSecretFile(name)).Order(StringComparer.Ordinal));
    }

    /// <remarks>The error about an invalid value names the accepted values.</remarks>
    [Fact]
    public void Every_number_is_documented_with_its_range_and_unit() => Assert.All(
        Table.Where(variable => variable.Range is not null),
        variable => Assert.Contains(
            $"{variable.Name} must be a whole number of {variable.Unit} from {variable.Range!.Value.Least} to {variable.Range.Value.Most}.",
            Variables.Refusal(Environments.Production, (variable.Name, "x"))));

    [Fact]
    public void Every_number_and_choice_has_the_documented_default()
    {
        var unset = Variables.Read(Environments.Production).ToString();

        Assert.All(Table.Where(variable => variable.Default is not null && variable.Others.Count > 0), variable =>
        {
            Assert.Equal(unset, Outcome(variable.Name, variable.Default!));
            Assert.All(variable.Others, other => Assert.NotEqual(unset, Outcome(variable.Name, other)));
        });
    }

    /// <remarks>This ensures that the two tests above cover all of them.</remarks>
    [Fact]
    public void Every_variable_that_takes_a_number_is_documented_as_one() => Assert.Equal(
        Documented.Where(TakesNumber).Order(StringComparer.Ordinal),
        Table.Where(variable => variable.Range is not null).Select(variable => variable.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_documented_variable_reaches_the_server_in_compose()
    {
        var passed = ComposeLine().Matches(ReadFile("compose.yaml")).Select(line => line.Groups[1].Value).ToList();

        Assert.Empty(Documented.Except(OfDevelopment).Except(passed));

        // Docker rejects a file with duplicate names.
        Assert.Distinct(passed);
    }

    [Fact]
    public void Every_variable_of_compose_is_in_the_example_environment_file()
    {
        var asked = Reference().Matches(ReadFile("compose.yaml")).Select(one => one.Groups[1].Value).Distinct();
        var example = ExampleLine().Matches(ReadFile(".env.example")).Select(line => line.Groups[1].Value);

        Assert.Equal(asked.Order(StringComparer.Ordinal), example.Order(StringComparer.Ordinal));
    }

    /// <remarks>Without a tag, later pulls could get untested versions.</remarks>
    [Fact]
    public void Every_image_of_compose_has_a_tag() =>
        Assert.All(ImageLine().Matches(ReadFile("compose.yaml")), line => Assert.Matches(@":v?\d+[.-]", line.Groups[1].Value));

    private static bool IsSecretFile(string name) =>
        name.EndsWith(SecretFile.Suffix, StringComparison.Ordinal) && SecretFile.Supports(name[..^SecretFile.Suffix.Length]);

    private static bool TakesNumber(string name) =>
        Outcome(name, "x").Contains($"{name} must be a whole number of ", StringComparison.Ordinal);

    /// <summary>Returns all settings as text, or the errors.</summary>
    private static string Outcome(string name, string value)
    {
        try
        {
            return Variables.Read(Environments.Production, (name, value)).ToString();
        }
        catch (ConfigurationException refusal)
        {
            return refusal.Message;
        }
    }

    private static string ReadFile(string name) => File.ReadAllText(Path.Combine(Document.Repository, name));

    [GeneratedRegex(@"^      ([A-Z_]+): ", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex ComposeLine();

    [GeneratedRegex(@"\$\{([A-Z_]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();

    [GeneratedRegex(@"^#?([A-Z_]+)=", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex ExampleLine();

    [GeneratedRegex(@"^    image: (\S+)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex ImageLine();

    /// <summary>A configuration that records which variables are read.</summary>
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
