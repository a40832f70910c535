import { type ReactNode, useDeferredValue, useMemo } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';

interface DialogProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  /** False for content that would be lost, such as a new key: neither Escape nor a click beside the dialog closes it. */
  isDismissable?: boolean;
  children: ReactNode;
}

/** A modal dialog. The focus returns to where it was when the dialog closes. */
export function Dialog({ title, isOpen, onClose, isDismissable = true, children }: DialogProps) {
  // The press is painted before the dialog is rendered, which takes a while on slow devices. After a key, the dialog comes first, because more keys may
  // follow that are meant for its fields.
  const isPainted = useDeferredValue(isOpen, false);
  const isByKey = useMemo(() => isOpen && document.activeElement?.matches(':focus-visible'), [isOpen]);
  return (
    <ModalOverlay
      isOpen={isOpen && (isPainted || isByKey)}
      onOpenChange={(open) => !open && onClose()}
      isDismissable={isDismissable}
      isKeyboardDismissDisabled={!isDismissable}
      className="fixed inset-0 z-50 flex items-start justify-center overflow-y-auto bg-black/50 p-4 sm:items-center"
    >
      <Modal className="w-full max-w-lg rounded-lg border border-line bg-surface shadow-xl">
        <AriaDialog className="flex flex-col gap-4 p-5 outline-none">
          <Heading slot="title" className="text-lg font-semibold">
            {title}
          </Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
