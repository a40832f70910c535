using System.Text.Json;
using Cortex.IdentityServer.Accounts;
using Cortex.IdentityServer.ApiKeys;
using Cortex.IdentityServer.Login;
using Cortex.IdentityServer.Passkeys;
using Cortex.IdentityServer.Sessions;
using Cortex.IdentityServer.TwoFactor;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Data;

/// <summary>The database as EF Core sees it: documented tables and our own beside them, in snake_case.</summary>
internal sealed class CortexDbContext(DbContextOptions<CortexDbContext> options) : DbContext(options)
{
    public DbSet<User> Users => Set<User>();

    public DbSet<Role> Roles => Set<Role>();

    public DbSet<IdentityUserRole<Guid>> UserRoles => Set<IdentityUserRole<Guid>>();

    public DbSet<Session> Sessions => Set<Session>();

    public DbSet<SigningKeyRow> SigningKeys => Set<SigningKeyRow>();

    public DbSet<LoginAttempt> LoginAttempts => Set<LoginAttempt>();

    public DbSet<LoginAddress> LoginAddresses => Set<LoginAddress>();

    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    public DbSet<TwoFactorChallenge> TwoFactorChallenges => Set<TwoFactorChallenge>();

    public DbSet<TwoFactorState> TwoFactorStates => Set<TwoFactorState>();

    public DbSet<RecoveryCodeHash> RecoveryCodes => Set<RecoveryCodeHash>();

    public DbSet<Passkey> Passkeys => Set<Passkey>();

    public DbSet<PasskeyChallenge> PasskeyChallenges => Set<PasskeyChallenge>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(CortexDbContext).Assembly);
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(entity => entity.GetDeclaredProperties()))
        {
            if (property.FindAnnotation("Relational:ColumnName") is null)
            {
                property.SetColumnName(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
            }
        }
    }
}
