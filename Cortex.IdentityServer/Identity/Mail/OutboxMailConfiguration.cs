using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Configures the table <c>outbox_mails</c>.</summary>
internal sealed class OutboxMailConfiguration : IEntityTypeConfiguration<OutboxMail>
{
    private const int KindLength = 64;

    private const int RecipientLength = 320;

    public void Configure(EntityTypeBuilder<OutboxMail> mail)
    {
        mail.ToTable("outbox_mails");
        mail.HasKey(m => m.Id);
        mail.Property(m => m.Id).ValueGeneratedNever();
        mail.Property(m => m.Kind).HasMaxLength(KindLength);
        mail.Property(m => m.Recipient).HasMaxLength(RecipientLength);
        mail.Property(m => m.Details).HasColumnType("jsonb").HasDefaultValueSql("'{}'");
        mail.Property(m => m.Refusals).HasDefaultValue(0);
        mail.HasIndex(m => m.DueAt);
    }
}
