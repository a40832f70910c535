import { m } from '@/paraglide/messages';
import { Button } from './Button';
import { DialogActions } from './DialogActions';

interface SubmitActionsProps {
  /** What the form does, such as “Create key”. */
  submit: string;
  look?: 'primary' | 'danger';
  isPending: boolean;
  isDisabled?: boolean;
  onCancel: () => void;
}

/** The buttons of a form in a dialog: cancel, and send. */
export function SubmitActions({ submit, look = 'primary', isPending, isDisabled, onCancel }: SubmitActionsProps) {
  return (
    <DialogActions>
      <Button onPress={onCancel}>{m.common_cancel()}</Button>
      <Button type="submit" look={look} isPending={isPending} isDisabled={isDisabled}>
        {submit}
      </Button>
    </DialogActions>
  );
}
